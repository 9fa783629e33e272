package io.troupe.etcd.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.troupe.etcd.members.PeerHosts;
import io.troupe.etcd.restore.RestoredDirectory;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Who this member is and whom its cluster was set up with. Decided by the {@code --initial-…} flags at the first start
 * and kept in the data directory: later starts take it from there, as etcd does.
 *
 * @param token tells clusters apart
 * @param joins whether the cluster was there before this member
 * @param members by name, in order of it
 */
record MemberSetup(String name, String token, boolean joins, List<Member> members) {

    /** @param url where the others reach it */
    record Member(String name, MemberUrl url) {}

    private static final String FILE = "member.properties";

    /** Of a member or a cluster, as a node's settings demand it. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");

    private static final int READABLE_MAX = 30;
    private static final int DIGEST_BYTES = 8;

    /** Whether a member was set up in this directory before. */
    static boolean isIn(Path directory) {
        return Files.exists(directory.resolve(FILE));
    }

    /** @throws FlagException when the flags name no cluster with this member in it */
    static MemberSetup of(FlagValues flags) {
        String name = flags.text("name");
        List<MemberUrl> advertised = flags.urls("initial-advertise-peer-urls");
        TreeMap<String, List<MemberUrl>> byName = new TreeMap<>();
        if (flags.text("initial-cluster").isEmpty()) {
            byName.put(name, advertised);
        } else {
            parse(flags.text("initial-cluster"))
                    .forEach(member -> byName.computeIfAbsent(member.name(), ignored -> new ArrayList<>())
                            .add(member.url()));
            requireSelf(name, byName.get(name), advertised, flags);
        }
        byName.keySet().forEach(MemberSetup::requireName);
        requireOnce(byName);
        List<Member> members = new ArrayList<>();
        byName.forEach((member, urls) -> {
            if (urls.size() > 1) {
                flags.warn("of the peer URLs of " + member + ", " + urls + ", the first is used");
            }
            members.add(new Member(member, urls.get(0)));
        });
        boolean joins = flags.text("initial-cluster-state").equals("existing");
        return new MemberSetup(name, flags.text("initial-cluster-token"), joins, List.copyOf(members));
    }

    /**
     * Of a member that {@code etcdctl snapshot restore} has set up: its log says who it is and who the others are. Of the
     * token it knows what became of it, the members' numbers.
     *
     * @throws FlagException when a member's name or URL is none that can be had here
     */
    static MemberSetup of(RestoredDirectory restored, FlagValues flags) {
        List<Member> members = new ArrayList<>();
        for (RestoredDirectory.Founder founder : restored.members()) {
            requireName(founder.name());
            members.addAll(parse(founder.name() + "=" + founder.peerUrls().get(0)));
            if (founder.peerUrls().size() > 1) {
                flags.warn("of the peer URLs of " + founder.name() + ", " + founder.peerUrls() + ", the first is used");
            }
        }
        members.sort(Comparator.comparing(Member::name));
        String given = flags.text("initial-cluster-token");
        String token = Stream.of(
                        given,
                        Flags.named("initial-cluster-token").orElseThrow().value())
                .filter(restored.own()::isOfToken)
                .findFirst()
                .orElse(HexFormat.of().toHexDigits(restored.clusterId()));
        if (flags.isGiven("initial-cluster-token") && !given.equals(token)) {
            flags.warn("--initial-cluster-token=" + given + " is not that of the restored cluster, and ignored");
        }
        return new MemberSetup(restored.own().name(), token, false, List.copyOf(members));
    }

    private static void requireSelf(
            String name, @Nullable List<MemberUrl> own, List<MemberUrl> advertised, FlagValues flags) {
        if (own == null) {
            throw FlagException.wrong("couldn't find local name \"" + name + "\" in the initial cluster configuration");
        }
        if (!flags.isGiven("initial-advertise-peer-urls")) {
            return;
        }
        String told = flags.text("initial-advertise-peer-urls");
        // A member that joins was announced to the cluster with its URLs.
        boolean joins = flags.text("initial-cluster-state").equals("existing");
        for (MemberUrl url : own) {
            if (!joins && !contains(advertised, url)) {
                throw FlagException.wrong("--initial-cluster has " + name + "=" + url
                        + " but missing from --initial-advertise-peer-urls=" + told + ": write the same in both");
            }
        }
        for (MemberUrl url : advertised) {
            if (!contains(own, url)) {
                throw FlagException.wrong("--initial-advertise-peer-urls has " + url
                        + " but missing from --initial-cluster=" + flags.text("initial-cluster")
                        + ": write the same in both");
            }
        }
    }

    /** By what the hosts' names resolve to, as etcd compares them; but for duplicates, which it finds by their texts. */
    private static boolean contains(List<MemberUrl> urls, MemberUrl sought) {
        if (urls.contains(sought)) {
            return true;
        }
        String resolved = PeerHosts.resolved(sought.toString());
        return urls.stream().anyMatch(url -> PeerHosts.resolved(url.toString()).equals(resolved));
    }

    private static void requireName(String name) {
        if (!NAME.matcher(name).matches()) {
            throw FlagException.wrong(
                    "a member cannot be called \"" + name + "\" here (--name, --initial-cluster): use a"
                            + " letter or digit, then letters, digits, dots, dashes and underscores, 63 characters at most");
        }
    }

    private static void requireOnce(Map<String, List<MemberUrl>> byName) {
        List<String> all = new ArrayList<>();
        Set<MemberUrl> seen = new HashSet<>();
        byName.forEach((name, urls) -> urls.forEach(url -> all.add(name + "=" + url)));
        byName.values()
                .forEach(urls -> urls.forEach(url -> {
                    if (!seen.add(url)) {
                        throw FlagException.wrong("initial cluster " + String.join(",", all) + " has duplicate url");
                    }
                }));
    }

    private static List<Member> parse(String cluster) {
        List<Member> members = new ArrayList<>();
        for (String part : cluster.split(",", -1)) {
            int equals = part.indexOf('=');
            if (equals < 1 || equals == part.length() - 1) {
                throw FlagException.wrong("--initial-cluster has \"" + part
                        + "\"; write each member as NAME=URL, such as infra0=http://10.0.1.10:2380");
            }
            try {
                MemberUrl url = MemberUrl.parseAll(part.substring(equals + 1)).get(0);
                members.add(new Member(part.substring(0, equals).strip(), url));
            } catch (IllegalArgumentException e) {
                throw FlagException.wrong("--initial-cluster: " + e.getMessage());
            }
        }
        return members;
    }

    /** The cluster's name: the token, or where that cannot be one, what is readable of it and a digest. */
    String cluster() {
        if (NAME.matcher(token).matches()) {
            return token;
        }
        String readable = token.replaceAll("[^A-Za-z0-9._-]", "_");
        byte[] digest;
        try {
            digest = MessageDigest.getInstance("SHA-256").digest(token.getBytes(UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
        return "t-" + readable.substring(0, Math.min(READABLE_MAX, readable.length())) + "-"
                + HexFormat.of().formatHex(digest, 0, DIGEST_BYTES);
    }

    /** Where this member is reached. */
    MemberUrl own() {
        return members.stream()
                .filter(member -> member.name().equals(name))
                .map(Member::url)
                .findFirst()
                .orElseThrow();
    }

    /** @throws IOException when the directory cannot be written */
    void keepIn(Path directory) throws IOException {
        Files.createDirectories(directory);
        var kept = new Properties();
        kept.setProperty("name", name);
        kept.setProperty("token", token);
        kept.setProperty("joins", Boolean.toString(joins));
        for (int i = 0; i < members.size(); i++) {
            kept.setProperty(
                    "member." + i, members.get(i).name() + "=" + members.get(i).url());
        }
        Path fresh = directory.resolve(FILE + ".new");
        try (OutputStream out = Files.newOutputStream(fresh)) {
            kept.store(out, "Whom this member was set up with. Do not edit.");
        }
        Files.move(fresh, directory.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
    }

    /** @throws IOException when the directory cannot be read, or holds something else */
    static MemberSetup keptIn(Path directory) throws IOException {
        var kept = new Properties();
        try (InputStream in = Files.newInputStream(directory.resolve(FILE))) {
            kept.load(in);
        }
        List<Member> members = new ArrayList<>();
        for (int i = 0; kept.containsKey("member." + i); i++) {
            members.addAll(parse(kept.getProperty("member." + i)));
        }
        String name = kept.getProperty("name", "");
        if (members.stream().noneMatch(member -> member.name().equals(name))) {
            throw new IOException(directory.resolve(FILE) + " is damaged: it does not name this member among "
                    + members.stream().map(Member::name).toList() + ". Restore it from a backup");
        }
        return new MemberSetup(
                name,
                kept.getProperty("token", ""),
                Boolean.parseBoolean(kept.getProperty("joins")),
                List.copyOf(members));
    }
}
