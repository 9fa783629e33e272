package io.troupe.persistence.files;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * One directory of files: the only way this module reaches a disk, so that a simulated disk can stand below it. Names
 * are plain file names without separators. Implementations are safe for use by several threads.
 */
public interface LogFiles {

    /** Opens {@code name} for reading and writing, creating it empty when it does not exist. */
    LogFile open(String name) throws IOException;

    /** As {@link #open}, but creates nothing: empty when {@code name} does not exist, or is deleted meanwhile. */
    Optional<LogFile> openIfPresent(String name) throws IOException;

    boolean exists(String name) throws IOException;

    /** The names of the files (not the directories) in here, sorted. */
    List<String> list() throws IOException;

    /** Deletes {@code name} if it exists; open handles of it stay readable. */
    void delete(String name) throws IOException;

    /** Renames atomically, replacing {@code to}; durable after {@link #syncDirectory()}. */
    void rename(String from, String to) throws IOException;

    /** Makes creations, renames and deletions in this directory durable. */
    void syncDirectory() throws IOException;

    /** A directory in here, created (durably) when it does not exist. */
    LogFiles directory(String name) throws IOException;

    /** The names of the directories in here, sorted. */
    List<String> directories() throws IOException;

    /**
     * Takes the exclusive lock {@code name}, which ends with its {@code close} or with the process.
     *
     * @throws DirectoryInUseException when another holder has it
     */
    Closeable lock(String name) throws IOException;

    /** How many bytes may still be written here, as far as that is known. */
    long usableSpace() throws IOException;

    /** Where {@code name} is, for messages to people. */
    String describe(String name);
}
