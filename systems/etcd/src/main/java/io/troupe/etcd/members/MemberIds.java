package io.troupe.etcd.members;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.function.LongSupplier;

/** The numbers etcd's protocol calls a cluster and its members by, derived from names so that they outlive restarts. */
public final class MemberIds {

    private MemberIds() {}

    /** The same on every member set up with the same list. */
    public static long cluster(String group, List<String> members) {
        return hash("cluster/" + group + "/" + String.join(",", members));
    }

    public static long member(String nodeId) {
        return hash("member/" + nodeId);
    }

    /**
     * The number of a member that is added, whose name is not known yet.
     *
     * @param random draws from all 64 bits: etcd's numbers are unsigned
     */
    public static long fresh(LongSupplier random) {
        return orOne(random.getAsLong());
    }

    private static long hash(String name) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8));
            return orOne(ByteBuffer.wrap(digest).getLong());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Never 0, which means "none". */
    private static long orOne(long id) {
        return id == 0 ? 1 : id;
    }
}
