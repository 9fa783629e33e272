package io.troupe.etcd.auth;

import at.favre.lib.crypto.bcrypt.BCrypt;
import at.favre.lib.crypto.bcrypt.LongPasswordStrategies;
import java.nio.charset.StandardCharsets;

/** bcrypt, as etcd uses it: salted, slow, and blind to what lies behind the 72nd byte. Takes a tenth of a second. */
public final class Passwords {

    private static final BCrypt.Version VERSION = BCrypt.Version.VERSION_2A;

    private final int cost;

    /** @param cost binary logarithm of the rounds, from 4 to 31 */
    public Passwords(int cost) {
        this.cost = cost;
    }

    public String hash(String password) {
        byte[] hash = BCrypt.with(LongPasswordStrategies.truncate(VERSION))
                .hash(cost, password.getBytes(StandardCharsets.UTF_8));
        return new String(hash, StandardCharsets.US_ASCII);
    }

    public static boolean matches(String password, String hash) {
        return BCrypt.verifyer(VERSION, LongPasswordStrategies.truncate(VERSION))
                .verify(password.getBytes(StandardCharsets.UTF_8), hash.getBytes(StandardCharsets.US_ASCII))
                .verified;
    }
}
