package io.troupe.etcd.standalone;

import io.troupe.etcd.EtcdSettings;
import io.troupe.etcd.tls.CipherSuites;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.stream.Collectors;

/** What flags must be together, as etcd demands it before it starts. */
final class FlagRules {

    private static final long ELECTION_MILLIS_MAX = 50_000;
    private static final long BCRYPT_COST_MIN = 4;
    private static final long BCRYPT_COST_MAX = 31;

    private static final long MEBIBYTE = 1 << 20;

    private FlagRules() {}

    /** @throws FlagException naming the first that is wrong */
    static void check(FlagValues flags) {
        checkKnown(flags, "auto-compaction-mode", List.of("periodic", "revision"), "unknown auto-compaction-mode");
        checkKnown(flags, "logger", List.of("capnslog", "zap"), "unknown logger option");
        for (String name : List.of("listen-peer-urls", "listen-client-urls", "listen-metrics-urls")) {
            checkBindable(flags, name);
        }
        if (flags.urls("listen-client-urls").isEmpty()
                || flags.urls("listen-peer-urls").isEmpty()) {
            throw FlagException.wrong("--listen-client-urls and --listen-peer-urls must name an address each");
        }
        if (flags.isGiven("listen-client-urls") && !flags.isGiven("advertise-client-urls")) {
            throw FlagException.wrong(
                    "--advertise-client-urls is required when --listen-client-urls is set explicitly");
        }
        checkPorts(flags);
        checkTls(flags);
        if (flags.flagged("experimental-enable-lease-checkpoint-persist")
                && !flags.flagged("experimental-enable-lease-checkpoint")) {
            throw FlagException.wrong("setting experimental-enable-lease-checkpoint-persist requires"
                    + " experimental-enable-lease-checkpoint");
        }
        checkElection(flags.whole("heartbeat-interval"), flags.whole("election-timeout"));
        if (!flags.text("restore-from").isEmpty()
                && flags.text("initial-cluster-state").equals("existing")) {
            throw FlagException.wrong(
                    "--restore-from begins a new cluster: leave it away, or set --initial-cluster-state to new");
        }
        if (!flags.text("restore-from").isEmpty() && !flags.text("snapshot-to").isEmpty()) {
            throw FlagException.wrong(
                    "--snapshot-to writes what a stopped member has, and starts none: --restore-from is"
                            + " for the members of the cluster that begins from it");
        }
        checkPeerListeners(flags);
        checkQuota(flags, Runtime.getRuntime().maxMemory());
        takeDefaults(flags);
    }

    private static void checkPeerListeners(FlagValues flags) {
        List<MemberUrl> listen =
                flags.urls("listen-peer-urls").stream().distinct().toList();
        if (listen.size() > 1) {
            flags.warn(
                    "of --listen-peer-urls, " + listen + ", only the first is listened at: to be reached by the other"
                            + " members at several addresses, listen at 0.0.0.0 or [::]");
        }
    }

    /** What is kept is in memory: a quota that the heap does not hold is never reached. */
    static void checkQuota(FlagValues flags, long heapBytes) {
        long quota = flags.whole("quota-backend-bytes");
        long held = EtcdSettings.heldBy(heapBytes);
        if (quota < 0) {
            flags.warn("--quota-backend-bytes=" + quota + " sets no bound, but this member's heap of "
                    + mebibytes(heapBytes)
                    + " holds a store of " + mebibytes(held)
                    + ": it ends when there is more. Set TROUPE_ETCD_MEMORY for a larger heap");
        } else if (quota > held) {
            flags.warn("--quota-backend-bytes=" + quota + " is " + mebibytes(quota) + ", but this member's heap of "
                    + mebibytes(heapBytes) + " holds a store of " + mebibytes(held)
                    + ": it ends when there is more. Set TROUPE_ETCD_MEMORY="
                    + EtcdSettings.heapFor(quota) / MEBIBYTE + "m, or a lower quota");
        }
    }

    private static String mebibytes(long bytes) {
        return bytes / MEBIBYTE + " MiB";
    }

    private static void checkKnown(FlagValues flags, String name, List<String> known, String problem) {
        if (!known.contains(flags.text(name))) {
            throw FlagException.wrong(problem + " \"" + flags.text(name) + "\"");
        }
    }

    /** For values that etcd takes and does not use. */
    private static void takeDefaults(FlagValues flags) {
        long cost = flags.whole("bcrypt-cost");
        if (cost < BCRYPT_COST_MIN || cost > BCRYPT_COST_MAX) {
            flags.warn("Use default bcrypt-cost " + takeDefault(flags, "bcrypt-cost") + " instead of the invalid value "
                    + cost);
        }
        if (flags.whole("snapshot-count") == 0) {
            flags.note("set snapshot count to default " + takeDefault(flags, "snapshot-count"));
        }
        for (String name : List.of("auth-token-ttl", "max-concurrent-streams")) {
            if (flags.whole(name) == 0) {
                takeDefault(flags, name);
            }
        }
    }

    private static String takeDefault(FlagValues flags, String name) {
        Flag flag = Flags.named(name).orElseThrow();
        flags.set(flag, flag.value());
        return flag.value();
    }

    private static void checkBindable(FlagValues flags, String name) {
        for (MemberUrl url : flags.urls(name)) {
            if (!url.isBindable()) {
                throw FlagException.wrong("expected IP in URL for binding (" + url + ")");
            }
        }
    }

    /** That nobody else listens there is seen when the node starts. */
    private static void checkPorts(FlagValues flags) {
        List<MemberUrl> taken = new ArrayList<>();
        for (String name : List.of("listen-peer-urls", "listen-client-urls", "listen-metrics-urls")) {
            for (MemberUrl url : new LinkedHashSet<>(flags.urls(name))) {
                if (taken.stream().anyMatch(url::sharesPortWith)) {
                    throw FlagException.wrong("listen tcp " + url.address()
                            + ": bind: address already in use, by another of this member's URLs (--" + name + ")");
                }
                taken.add(url);
            }
        }
    }

    private static void checkTls(FlagValues flags) {
        try {
            CipherSuites.usable(NodeConfig.cipherSuites(flags));
        } catch (IllegalArgumentException e) {
            throw FlagException.wrong(e.getMessage() + " (--cipher-suites)");
        }
        boolean secure = flags.urls("listen-client-urls").stream().anyMatch(MemberUrl::isSecure);
        String cert = flags.text("cert-file");
        String key = flags.text("key-file");
        if (secure && !flags.flagged("auto-tls") && (cert.isEmpty() || key.isEmpty())) {
            throw FlagException.wrong(
                    "KeyFile and CertFile must both be present[key: " + key + ", cert: " + cert + "]");
        }
        warnOfTlsIgnored(
                flags,
                "listen-client-urls",
                List.of("cert-file", "key-file", "trusted-ca-file", "client-cert-auth", "client-crl-file"));
        boolean asksForCertificates = flags.isSet("trusted-ca-file") || flags.isSet("client-cert-auth");
        if (secure && flags.isSet("client-crl-file") && !asksForCertificates) {
            flags.warn("--client-crl-file shuts out nobody: clients show no certificate without --trusted-ca-file or"
                    + " --client-cert-auth");
        }
    }

    /** As etcd tells it of each URL: who sets these may think that nobody is served without them. */
    private static void warnOfTlsIgnored(FlagValues flags, String urls, List<String> tls) {
        List<MemberUrl> open =
                flags.urls(urls).stream().filter(url -> !url.isSecure()).toList();
        String ignored =
                tls.stream().filter(flags::isSet).map(name -> "--" + name).collect(Collectors.joining(", "));
        if (!open.isEmpty() && !ignored.isEmpty()) {
            flags.warn("there is no TLS at " + open + " (--" + urls + "), which ignores " + ignored);
        }
    }

    /** @throws FlagException when members are to speak TLS and cannot */
    static void checkPeerTls(FlagValues flags, MemberSetup member) {
        boolean secure = member.own().isSecure();
        MemberUrl listen = flags.urls("listen-peer-urls").get(0);
        if (listen.isSecure() != secure) {
            throw FlagException.wrong("--listen-peer-urls has " + listen + ", and the others reach this member at "
                    + member.own() + ": write https in both for TLS between members, or http in both");
        }
        if (member.members().stream().anyMatch(other -> other.url().isSecure() != secure)) {
            throw FlagException.wrong("the peer URLs of --initial-cluster must all be http, or all https");
        }
        for (String name : List.of("peer-cert-file", "peer-key-file", "peer-trusted-ca-file")) {
            if (secure && flags.text(name).isEmpty()) {
                throw FlagException.wrong("--" + name + " is empty: members that speak TLS show each other certificates"
                        + " of one authority. Set --peer-cert-file, --peer-key-file and --peer-trusted-ca-file");
            }
        }
        if (!secure) {
            warnOfTlsIgnored(
                    flags,
                    "listen-peer-urls",
                    List.of(
                            "peer-cert-file",
                            "peer-key-file",
                            "peer-trusted-ca-file",
                            "peer-client-cert-auth",
                            "peer-crl-file"));
        }
    }

    private static void checkElection(long heartbeat, long election) {
        if (heartbeat == 0) {
            throw FlagException.wrong("--heartbeat-interval must be >0 (set to 0ms)");
        }
        if (election == 0) {
            throw FlagException.wrong("--election-timeout must be >0 (set to 0ms)");
        }
        if (5 * heartbeat > election) {
            throw FlagException.wrong("--election-timeout[" + election
                    + "ms] should be at least as 5 times as --heartbeat-interval[" + heartbeat + "ms]");
        }
        if (election > ELECTION_MILLIS_MAX) {
            throw FlagException.wrong("--election-timeout[" + election + "ms] is too long, and should be set less than "
                    + ELECTION_MILLIS_MAX + "ms");
        }
    }
}
