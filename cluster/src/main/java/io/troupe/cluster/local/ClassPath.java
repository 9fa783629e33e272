package io.troupe.cluster.local;

import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/** Where JVMs that this one starts find their classes. */
public final class ClassPath {

    private ClassPath() {}

    /** Entry by entry; absolute, since those JVMs start in folders of their own. */
    public static List<String> ofThisJvm() {
        return Pattern.compile(Pattern.quote(File.pathSeparator))
                .splitAsStream(System.getProperty("java.class.path"))
                .filter(entry -> !entry.isEmpty())
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .toList();
    }
}
