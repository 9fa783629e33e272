package io.troupe.etcd.restore;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * A data directory that {@code etcdctl snapshot restore} has made for one member of a new cluster, and in which no etcd has
 * served: {@code member/snap/db} holds the store, and the log nothing but the members' admission.
 *
 * @param clusterId etcd's number of the cluster
 * @param memberId etcd's number of the member that the directory is for
 * @param members all of the cluster
 */
public record RestoredDirectory(long clusterId, long memberId, List<Founder> members) {

    /** A member as the log admits it. */
    public record Founder(long id, String name, List<String> peerUrls) {

        /** Whether the cluster was restored with this token: a member's number is made of its peer URLs and that. */
        public boolean isOfToken(String token) {
            String text = String.join("", new TreeSet<>(peerUrls)) + token;
            try {
                byte[] digest = MessageDigest.getInstance("SHA-1").digest(text.getBytes(StandardCharsets.UTF_8));
                return ByteBuffer.wrap(digest).getLong() == id;
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every Java platform has SHA-1", e);
            }
        }
    }

    /** Of {@code raftpb.Entry}: its data is a {@code raftpb.ConfChange}. */
    private static final int CONF_CHANGE = 1;

    private static final int ADD_NODE = 0;

    /** In which the restoring writes its entries. */
    private static final int FIRST_TERM = 1;

    /** Where the store lies in a data directory. */
    static Path database(Path dataDir) {
        return dataDir.resolve("member").resolve("snap").resolve("db");
    }

    /** Where the log lies in a data directory, unless {@code --wal-dir} says otherwise. */
    public static Path log(Path dataDir) {
        return dataDir.resolve("member").resolve("wal");
    }

    /** The member that the directory is for. */
    public Founder own() {
        return members.stream()
                .filter(member -> member.id() == memberId)
                .findFirst()
                .orElseThrow();
    }

    /**
     * Empty when nothing of an etcd is there.
     *
     * @param walDir the log's directory
     * @throws IOException when an etcd's data is there that is something else, or damaged
     */
    public static Optional<RestoredDirectory> in(Path dataDir, Path walDir) throws IOException {
        List<Path> log = files(walDir);
        boolean stored = Files.exists(database(dataDir));
        if (log.isEmpty() && !stored) {
            return Optional.empty();
        }
        if (log.isEmpty() || !stored) {
            throw new IOException("the data directory " + dataDir + " holds half of an etcd's data: "
                    + (stored
                            ? "no log (*.wal) is in " + walDir
                                    + ". Set --wal-dir as 'etcdctl snapshot restore' was told"
                            : "a log is in " + walDir + ", but there is no " + database(dataDir)));
        }
        var found = new Found();
        WalFile.forEach(log.get(0), found::visit);
        if (log.size() > 1 || found.served || found.snapshotIndex != found.members.size()) {
            throw new IOException(
                    "the data directory " + dataDir + " holds the data of an etcd that has run with it, which"
                            + " is not read here; what 'etcdctl snapshot restore' makes is. Set --data-dir to an empty"
                            + " directory, and --restore-from to a file of 'etcdctl snapshot save'; or copy the keys of an"
                            + " etcd that runs with 'etcdctl make-mirror'");
        }
        if (found.members.stream().noneMatch(member -> member.id() == found.memberId)
                || found.members.stream().anyMatch(member -> member.peerUrls().isEmpty())) {
            throw new IOException(
                    log.get(0) + " is damaged: it does not admit the member that it is of, with a peer URL for each");
        }
        return Optional.of(new RestoredDirectory(found.clusterId, found.memberId, List.copyOf(found.members)));
    }

    private static List<Path> files(Path walDir) throws IOException {
        if (!Files.isDirectory(walDir)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(walDir)) {
            return files.filter(file -> file.toString().endsWith(".wal"))
                    .sorted()
                    .toList();
        }
    }

    /** What a log has said so far. */
    private static final class Found {
        private final List<Founder> members = new ArrayList<>();
        private long memberId;
        private long clusterId;
        private long snapshotIndex;
        private boolean served;

        void visit(int type, byte[] data) throws IOException {
            switch (type) {
                case WalFile.METADATA -> {
                    var metadata = Fields.of(data);
                    memberId = metadata.number(1);
                    clusterId = metadata.number(2);
                }
                case WalFile.ENTRY -> entry(Fields.of(data));
                case WalFile.SNAPSHOT -> snapshotIndex = Fields.of(data).number(1);
                default -> {} // How far it was committed.
            }
        }

        private void entry(Fields entry) throws IOException {
            boolean admits = entry.number(1) == CONF_CHANGE
                    && entry.number(2) == FIRST_TERM
                    && entry.number(3) == members.size() + 1;
            Fields change = admits ? Fields.of(entry.bytes(4)) : Fields.NONE;
            if (!admits || change.number(2) != ADD_NODE) {
                served = true;
                return;
            }
            members.add(founder(change.number(3), new String(change.bytes(4), StandardCharsets.UTF_8)));
        }

        private static Founder founder(long id, String json) throws IOException {
            try {
                JsonObject member = JsonParser.parseString(json).getAsJsonObject();
                List<String> urls = new ArrayList<>();
                for (JsonElement url : member.getAsJsonArray("peerURLs")) {
                    urls.add(url.getAsString());
                }
                return new Founder(id, member.get("name").getAsString(), List.copyOf(urls));
            } catch (JsonParseException | IllegalStateException | NullPointerException | ClassCastException e) {
                throw new IOException("the log admits a member that cannot be read: " + json, e);
            }
        }
    }
}
