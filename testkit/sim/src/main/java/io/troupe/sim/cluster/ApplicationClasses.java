package io.troupe.sim.cluster;

import java.io.IOException;
import java.net.URL;
import java.util.Collections;
import java.util.Enumeration;
import java.util.Optional;

/**
 * The application's own class loader (the simulating thread's, as Pekko itself takes it), but for the jars' manifests:
 * every actor system reads all of them at its start to compare Pekko's versions, which would take a third of a node's
 * start.
 */
final class ApplicationClasses extends ClassLoader {

    private ApplicationClasses(ClassLoader application) {
        super(application);
    }

    static ApplicationClasses ofThisThread() {
        return new ApplicationClasses(Optional.ofNullable(Thread.currentThread().getContextClassLoader())
                .orElseGet(ApplicationClasses.class::getClassLoader));
    }

    @Override
    public Enumeration<URL> getResources(String name) throws IOException {
        return name.equals("META-INF/MANIFEST.MF") ? Collections.emptyEnumeration() : super.getResources(name);
    }
}
