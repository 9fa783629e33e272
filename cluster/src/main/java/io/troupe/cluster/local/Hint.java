package io.troupe.cluster.local;

import java.nio.file.Path;

/** A command to type next, written so that it works where it is read: as the reader calls it, about the same cluster. */
public final class Hint {

    /** Where a local cluster is kept unless told otherwise, in the current directory. */
    public static final String DEFAULT_FOLDER = ".troupe";

    private Hint() {}

    /** How the command was called: {@code ./troupe} from a checkout. The launcher tells. */
    public static String name() {
        return System.getenv().getOrDefault("TROUPE_COMMAND", "troupe");
    }

    /** @param words such as {@code "restart n1"} */
    public static String command(String words) {
        return name() + " " + words;
    }

    /** The same, about the cluster in {@code folder}. */
    public static String command(String words, Path folder) {
        Path absolute = folder.toAbsolutePath().normalize();
        boolean isDefault =
                absolute.equals(Path.of(DEFAULT_FOLDER).toAbsolutePath().normalize());
        return command(words) + (isDefault ? "" : " --data " + quoted(absolute.toString()));
    }

    private static String quoted(String word) {
        return word.matches("[A-Za-z0-9/._+:@-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}
