package io.troupe.bench.generals;

import java.io.IOException;

/** A part of the demo. */
interface Scene {

    /** @return whether everything was as the papers say */
    boolean play(Page page) throws IOException;
}
