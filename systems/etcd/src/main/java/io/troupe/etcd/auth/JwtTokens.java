package io.troupe.etcd.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.troupe.etcd.GoDuration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.util.Date;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * etcd's JSON web tokens: a user, the auth revision it was known under and an end, signed by any member and believed by
 * all that have the key. No node remembers one, so none can be taken back; a change of users or roles makes all old.
 */
public final class JwtTokens implements Tokens {

    private static final String USER = "username";
    private static final String REVISION = "revision";
    private static final String TIME_TO_LIVE = "5m";

    private final JWSAlgorithm algorithm;
    private final Optional<JWSSigner> signer;
    private final JWSVerifier verifier;
    private final Duration timeToLive;
    private final Clock clock;

    private JwtTokens(
            JWSAlgorithm algorithm,
            Optional<JWSSigner> signer,
            JWSVerifier verifier,
            Duration timeToLive,
            Clock clock) {
        this.algorithm = algorithm;
        this.signer = signer;
        this.verifier = verifier;
        this.timeToLive = timeToLive;
        this.clock = clock;
    }

    /**
     * @param options etcd's: {@code sign-method}, {@code pub-key}, {@code priv-key} (files), {@code ttl}
     * @throws IllegalArgumentException naming the option that is missing or wrong
     */
    public static JwtTokens of(Map<String, String> options, Clock clock) {
        String method = options.getOrDefault("sign-method", "");
        JWSAlgorithm algorithm = JWSAlgorithm.parse(method);
        Duration timeToLive = timeToLive(options.getOrDefault("ttl", TIME_TO_LIVE));
        boolean known = JWSAlgorithm.Family.HMAC_SHA.contains(algorithm)
                || JWSAlgorithm.Family.RSA.contains(algorithm)
                || JWSAlgorithm.Family.EC.contains(algorithm);
        if (!known) {
            throw new IllegalArgumentException(
                    "sign-method=" + method + " is none; it must be one such as RS256, PS256, ES256 or HS256");
        }
        try {
            if (JWSAlgorithm.Family.HMAC_SHA.contains(algorithm)) {
                byte[] secret = Files.readAllBytes(file(options, "priv-key"));
                return new JwtTokens(
                        algorithm, Optional.of(new MACSigner(secret)), new MACVerifier(secret), timeToLive, clock);
            }
            @Nullable JWK secret = options.containsKey("priv-key") ? key(options, "priv-key") : null;
            JWK open = secret != null && !options.containsKey("pub-key") ? secret : key(options, "pub-key");
            if (JWSAlgorithm.Family.RSA.contains(algorithm)) {
                Optional<JWSSigner> signer = secret == null
                        ? Optional.empty()
                        : Optional.of(new RSASSASigner(((RSAKey) secret).toPrivateKey()));
                var verifier = new RSASSAVerifier(((RSAKey) open).toRSAPublicKey());
                return new JwtTokens(algorithm, signer, verifier, timeToLive, clock);
            }
            Optional<JWSSigner> signer =
                    secret == null ? Optional.empty() : Optional.of(new ECDSASigner((ECKey) secret));
            return new JwtTokens(
                    algorithm, signer, new ECDSAVerifier(((ECKey) open).toECPublicKey()), timeToLive, clock);
        } catch (JOSEException | ClassCastException e) {
            throw new IllegalArgumentException("the keys do not fit sign-method=" + method + ": " + e.getMessage(), e);
        } catch (IOException e) {
            throw new IllegalArgumentException("a key cannot be read: " + e, e);
        }
    }

    private static Duration timeToLive(String text) {
        return GoDuration.parse(text.isEmpty() ? TIME_TO_LIVE : text)
                .orElseThrow(() -> new IllegalArgumentException(
                        "ttl=" + text + " is none; it must be a duration such as 5m or 1h30m"));
    }

    private static Path file(Map<String, String> options, String name) {
        String file = options.get(name);
        if (file == null) {
            throw new IllegalArgumentException(name + " is missing; it must name the key's file");
        }
        return Path.of(file);
    }

    private static JWK key(Map<String, String> options, String name) throws IOException {
        Path file = file(options, name);
        try {
            return JWK.parseFromPEMEncodedObjects(Files.readString(file));
        } catch (JOSEException e) {
            throw new IllegalArgumentException(name + "=" + file + " is no key in PEM: " + e.getMessage(), e);
        }
    }

    @Override
    public Optional<Caller> caller(String token, AuthState state) {
        try {
            SignedJWT parsed = SignedJWT.parse(token);
            JWTClaimsSet claims = parsed.getJWTClaimsSet();
            boolean sound = parsed.getHeader().getAlgorithm().equals(algorithm) && parsed.verify(verifier);
            if (!sound
                    || claims.getExpirationTime() == null
                    || claims.getExpirationTime().before(Date.from(clock.instant()))
                    || claims.getStringClaim(USER) == null
                    || claims.getLongClaim(REVISION) == null) {
                return Optional.empty();
            }
            return Optional.of(new Caller(claims.getStringClaim(USER), claims.getLongClaim(REVISION)));
        } catch (ParseException | JOSEException e) {
            return Optional.empty();
        }
    }

    @Override
    public boolean mayComeToKnow(String token) {
        return false; // What there is to know of one is in it.
    }

    @Override
    public String newPrefix() {
        return "";
    }

    @Override
    public String issue(String user, long revision, String replicated) {
        var claims = new JWTClaimsSet.Builder()
                .claim(USER, user)
                .claim(REVISION, revision)
                .expirationTime(Date.from(clock.instant().plus(timeToLive)))
                .build();
        var token = new SignedJWT(new JWSHeader(algorithm), claims);
        try {
            token.sign(signer.orElseThrow(
                    () -> new JOSEException("this member has the public key alone and cannot sign tokens")));
        } catch (JOSEException e) {
            throw new IllegalStateException("auth: " + e.getMessage(), e);
        }
        return token.serialize();
    }

    @Override
    public void onAssigned(String user, String token) {}

    @Override
    public void onChanged(AuthState before, AuthState after) {}
}
