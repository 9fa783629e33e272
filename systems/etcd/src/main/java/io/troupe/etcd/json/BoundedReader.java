package io.troupe.etcd.json;

import com.google.gson.stream.JsonReader;
import com.google.gson.stream.MalformedJsonException;
import java.io.IOException;
import java.io.StringReader;

/** Reads JSON that is not too deep: whoever makes something of it calls himself for every level. */
final class BoundedReader extends JsonReader {

    /** The deepest request that protobuf takes, of 100 messages, has some 200; Go's {@code encoding/json} takes 10,000. */
    private static final int LEVELS_MAX = 500;

    private int levels;

    BoundedReader(String text) {
        super(new StringReader(text));
        setLenient(true);
    }

    @Override
    public void beginArray() throws IOException {
        begin();
        super.beginArray();
    }

    @Override
    public void beginObject() throws IOException {
        begin();
        super.beginObject();
    }

    private void begin() throws MalformedJsonException {
        if (++levels > LEVELS_MAX) {
            throw new MalformedJsonException("exceeded max depth"); // Go's words.
        }
    }

    @Override
    public void endArray() throws IOException {
        super.endArray();
        levels--;
    }

    @Override
    public void endObject() throws IOException {
        super.endObject();
        levels--;
    }
}
