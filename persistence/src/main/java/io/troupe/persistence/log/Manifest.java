package io.troupe.persistence.log;

import io.troupe.persistence.files.LogFile;
import io.troupe.persistence.files.LogFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * Which segments make up the log, in order; the stamp of its format. A small text file, replaced atomically whenever a
 * segment is begun, rewritten or dropped, so that a missing segment or one that lost its end is noticed:
 *
 * <pre>
 * troupe-log 1
 * id 0b1c6a0e-…
 * sealed 0000000000000000-00000000 67108800
 * active 0000000003ffffc0-00000000
 * crc32c 1f0a77c2
 * </pre>
 *
 * @param sealed earlier segments with the offset behind their last record
 */
record Manifest(UUID log, List<Sealed> sealed, SegmentId active) {

    static final String FILE = "MANIFEST";
    private static final String TEMPORARY = "MANIFEST.tmp";
    private static final String STAMP = "troupe-log ";
    private static final String REMEDY = "Put MANIFEST back from a backup of this directory.";

    record Sealed(SegmentId id, long end) {}

    Manifest {
        sealed = List.copyOf(sealed);
    }

    String text() {
        StringBuilder text = new StringBuilder()
                .append(STAMP)
                .append(SegmentHeader.FORMAT_VERSION)
                .append("\nid ")
                .append(log)
                .append('\n');
        for (Sealed segment : sealed) {
            text.append("sealed ")
                    .append(segment.id())
                    .append(' ')
                    .append(segment.end())
                    .append('\n');
        }
        text.append("active ").append(active).append('\n');
        return text + "crc32c " + crc(text.toString()) + "\n";
    }

    private static String crc(String text) {
        CRC32C crc = new CRC32C();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        return String.format("%08x", crc.getValue());
    }

    /** Replaces the manifest durably: either the old or the new one is found after a crash. */
    void write(LogFiles files) throws IOException {
        files.delete(TEMPORARY);
        try (LogFile file = files.open(TEMPORARY)) {
            file.write(0, ByteBuffer.wrap(text().getBytes(StandardCharsets.UTF_8)));
            file.force();
        }
        files.rename(TEMPORARY, FILE);
        files.syncDirectory();
    }

    /** The manifest of a directory, or nothing when it holds no log yet. */
    static Optional<Manifest> read(LogFiles files) throws IOException {
        if (!files.exists(FILE)) {
            return Optional.empty();
        }
        try (LogFile file = files.open(FILE)) {
            ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(file.size()));
            file.read(0, bytes);
            return Optional.of(parse(new String(bytes.array(), StandardCharsets.UTF_8), files.describe(FILE)));
        }
    }

    private static Manifest parse(String text, String where) throws IOException {
        int crcAt = text.lastIndexOf("crc32c ");
        if (crcAt < 0 || !text.substring(crcAt).equals("crc32c " + crc(text.substring(0, crcAt)) + "\n")) {
            throw new DamagedLogException(where, 0, "its checksum does not match its text", REMEDY);
        }
        List<String> lines = text.substring(0, crcAt).lines().toList();
        String stamp = STAMP + SegmentHeader.FORMAT_VERSION;
        if (!lines.get(0).equals(stamp)) {
            throw new IOException(where + " says '" + lines.get(0) + "', and this version reads '" + stamp
                    + "': open the log with the version of Troupe that wrote it.");
        }
        UUID log = UUID.fromString(lines.get(1).substring("id ".length()));
        List<Sealed> sealed = new ArrayList<>();
        for (String line : lines.subList(2, lines.size() - 1)) {
            String[] words = line.split(" ", -1);
            sealed.add(new Sealed(SegmentId.parse(words[1]).orElseThrow(), Long.parseLong(words[2])));
        }
        String active = lines.get(lines.size() - 1).substring("active ".length());
        return new Manifest(log, sealed, SegmentId.parse(active).orElseThrow());
    }
}
