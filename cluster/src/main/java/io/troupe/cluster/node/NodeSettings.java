package io.troupe.cluster.node;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import io.troupe.cluster.Endpoint;
import io.troupe.cluster.Systems;
import io.troupe.cluster.TroupeSystem;
import io.troupe.cluster.tls.CertificateException;
import io.troupe.cluster.tls.PemFiles;
import io.troupe.persistence.journal.JournalSettings;
import io.troupe.persistence.replicated.ReplicatedPersistence;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A node's configuration, read once from {@code troupe.*} and found to be right.
 *
 * @param cluster name that every node of the cluster shares
 * @param members the nodes the cluster is set up with, in configuration order
 * @param lostData ids of data directories that this node had and goes on without
 * @param joins whether the cluster is there already: this node joins it and never forms one
 * @param artery where the other nodes reach this one
 * @param bind where it listens for them
 * @param http empty when this node has no HTTP port of its own
 * @param systems the hosted systems: those of {@code troupe.systems} that this node's roles call for
 * @param cutOffFrom nodes that the fault switch cuts off from the start
 * @param config the whole resolved configuration
 */
public record NodeSettings(
        String cluster,
        String nodeId,
        Set<String> roles,
        List<Member> members,
        Path dataDir,
        List<String> lostData,
        boolean joins,
        List<TroupeSystem> systems,
        Endpoint artery,
        Endpoint bind,
        Optional<Endpoint> http,
        boolean faultsEnabled,
        List<String> cutOffFrom,
        Config config) {

    private static final String DEFAULTS = "troupe-node";

    /** Whether the node hosts a replica of the group of leases. */
    static final String COORDINATION = "troupe.coordination.enabled";

    /** Whether the node hosts a replica of the group of replicated persistence. */
    static final String REPLICATED_PERSISTENCE = "troupe.replicated-persistence.enabled";

    /** What is taken from the groups that the node hosts, and where each is used. */
    private static final Map<String, Map<String, String>> USES = Map.of(
            COORDINATION,
            Map.of(
                    "troupe.coordination.lease",
                    "pekko.cluster.split-brain-resolver.lease-majority.lease-implementation"),
            REPLICATED_PERSISTENCE,
            Map.of(
                    "troupe.persistence.replicated-journal", "pekko.persistence.journal.plugin",
                    "troupe.persistence.replicated-snapshot-store", "pekko.persistence.snapshot-store.plugin"));

    /** A node the cluster is set up with, and where it can be reached to join. */
    public record Member(String id, String host, int port) {}

    /** @throws SettingsException when the file cannot be read or holds a wrong value */
    public static NodeSettings load(Path file) {
        if (!Files.isReadable(file)) {
            throw new SettingsException("Cannot read the configuration file " + file + "; name one with --config FILE");
        }
        try {
            return of(ConfigFactory.parseFile(
                    file.toFile(), ConfigParseOptions.defaults().setAllowMissing(false)));
        } catch (ConfigException e) {
            throw new SettingsException("The configuration cannot be read: " + e.getMessage());
        }
    }

    /** @throws SettingsException when a value is wrong */
    public static NodeSettings of(Config own) {
        Config defaults = ConfigFactory.parseResourcesAnySyntax(DEFAULTS)
                .withFallback(ConfigFactory.defaultReferenceUnresolved());
        Config config = ConfigFactory.defaultOverrides()
                .withFallback(own)
                .withFallback(defaults)
                .resolve();
        KnownSettings known = new KnownSettings(defaults.resolve());
        known.requireKnown(config);
        PekkoConfig.requireOwn(config);
        NodeSettings settings = read(new SettingsReader(config), config);
        known.requireKinds(config);
        requireRight(() -> GroupHosts.requireRight(settings));
        requireRightJournal(settings);
        requireGroups(new SettingsReader(config), config);
        requireRightTls(new SettingsReader(config), config);
        return settings.hosting(systems(new SettingsReader(config), settings.roles(), config));
    }

    private static NodeSettings read(SettingsReader read, Config config) {
        Set<String> roles = new TreeSet<>(read.names("troupe.node.roles"));
        Optional<Endpoint> http = http(read);
        boolean faults = read.flag("troupe.faults.enabled");
        if (faults) {
            requireFaultsOnLoopback(read, http);
        }
        List<Member> members = members(read);
        List<String> cutOffFrom = read.ids("troupe.faults.cut-off-from");
        if (!cutOffFrom.isEmpty() && !faults) {
            throw read.wrong("troupe.faults.cut-off-from", cutOffFrom, "troupe.faults.enabled must be on");
        }
        String id = read.id("troupe.node.id");
        if (members.stream().noneMatch(member -> member.id().equals(id))) {
            throw read.wrong(
                    "troupe.node.id",
                    id,
                    "it must be one of troupe.cluster.members, which are "
                            + members.stream().map(Member::id).toList());
        }
        return new NodeSettings(
                read.id("troupe.cluster.name"),
                id,
                roles,
                members,
                Path.of(read.text("troupe.node.data-dir")).toAbsolutePath().normalize(),
                read.texts("troupe.node.lost-data"),
                read.flag("troupe.cluster.join-only"),
                List.of(),
                new Endpoint("pekko", read.text("troupe.artery.host"), read.port("troupe.artery.port")),
                bind(read, members.size() == 1),
                http,
                faults,
                cutOffFrom,
                config);
    }

    /** A node that is alone is not looked for, and may listen at any port. */
    private static Endpoint bind(SettingsReader read, boolean alone) {
        String path = "troupe.artery.bind-port";
        int port = alone ? read.portOrAny(path) : read.port(path);
        return new Endpoint("pekko", read.text("troupe.artery.bind-host"), port);
    }

    private static Optional<Endpoint> http(SettingsReader read) {
        return read.flag("troupe.http.enabled")
                ? Optional.of(new Endpoint("http", read.text("troupe.http.host"), read.port("troupe.http.port")))
                : Optional.empty();
    }

    private static void requireFaultsOnLoopback(SettingsReader read, Optional<Endpoint> http) {
        if (http.isEmpty()) {
            throw read.wrong("troupe.http.enabled", "off", "the fault switch is on, which is worked over HTTP");
        }
        String host = http.get().host();
        if (!isLoopback(host)) {
            throw read.wrong("troupe.http.host", host, "the fault switch is on, which is for 127.0.0.1 alone");
        }
    }

    /** The same, with other nodes cut off from the start. */
    public NodeSettings cutOffFrom(List<String> ids) {
        return with(systems, List.copyOf(ids), config);
    }

    /** The same, of a node that goes on with its systems when it was downed, until it can rejoin. */
    NodeSettings outlivingItsCluster() {
        return with(systems, cutOffFrom, Formation.OUTLIVING.withFallback(config));
    }

    private NodeSettings hosting(List<TroupeSystem> hosted) {
        return with(hosted, cutOffFrom, config);
    }

    private NodeSettings with(List<TroupeSystem> hosted, List<String> cutOff, Config config) {
        return new NodeSettings(
                cluster,
                nodeId,
                roles,
                members,
                dataDir,
                lostData,
                joins,
                hosted,
                artery,
                bind,
                http,
                faultsEnabled,
                cutOff,
                config);
    }

    /** Ids of {@link #members}. */
    public List<String> memberIds() {
        return members.stream().map(Member::id).toList();
    }

    private static List<Member> members(SettingsReader read) {
        String path = "troupe.cluster.members";
        List<Member> members = new ArrayList<>();
        for (String text : read.texts(path)) {
            int at = text.indexOf('@');
            int colon = text.lastIndexOf(':');
            if (at < 1 || colon < at + 2) {
                throw read.wrong(path, '"' + text + '"', "write each as id@host:port, such as n1@10.0.0.1:2551");
            }
            String id = text.substring(0, at);
            read.requireId(path, id, text);
            members.add(new Member(id, text.substring(at + 1, colon), portOf(read, path, text, colon)));
        }
        if (members.isEmpty()) {
            throw read.wrong(path, "[]", "name at least this node, as id@host:port");
        }
        if (members.stream().map(Member::id).distinct().count() < members.size()) {
            throw read.wrong(path, members.stream().map(Member::id).toList(), "name each node once");
        }
        return List.copyOf(members);
    }

    private static int portOf(SettingsReader read, String path, String text, int colon) {
        String right = "the port after the last ':' must be a number from 1 to 65535";
        try {
            int port = Integer.parseInt(text.substring(colon + 1));
            if (SettingsReader.isPort(port)) {
                return port;
            }
        } catch (NumberFormatException e) {
            throw read.wrong(path, '"' + text + '"', right);
        }
        throw read.wrong(path, '"' + text + '"', right);
    }

    private static List<TroupeSystem> systems(SettingsReader read, Set<String> roles, Config config) {
        Systems known = Systems.onClassPath();
        List<TroupeSystem> hosted = new ArrayList<>();
        for (String name : read.names("troupe.systems")) {
            TroupeSystem system = known.named(name)
                    .orElseThrow(() -> read.wrong(
                            "troupe.systems", '"' + name + '"', "the systems on the class path are " + known.names()));
            requireRight(() -> system.endpoints(config));
            if (system.roles().isEmpty() || system.roles().stream().anyMatch(roles::contains)) {
                hosted.add(system);
            }
        }
        return List.copyOf(hosted);
    }

    /** Lets a part read its settings, to be told now what is wrong with them and not when it is started. */
    private static void requireRight(Runnable reading) {
        try {
            reading.run();
        } catch (ConfigException e) {
            throw new SettingsException(Objects.toString(e.getMessage()));
        }
    }

    /** Who uses what a group gives must have it hosted: else it would be missed when it is needed. */
    private static void requireGroups(SettingsReader read, Config config) {
        USES.forEach((hosting, uses) -> uses.forEach((use, path) -> {
            boolean used = config.getString(path).equals(use) && isInForce(path, config);
            if (used && !read.flag(hosting)) {
                throw read.wrong(hosting, false, "set it to on, on every node, because " + path + " = " + use);
            }
        }));
        try {
            ReplicatedPersistence.requireRight(config);
        } catch (IllegalArgumentException e) {
            throw new SettingsException(Objects.toString(e.getMessage()));
        }
    }

    private static boolean isInForce(String path, Config config) {
        return !path.contains("lease-majority")
                || config.getString("pekko.cluster.split-brain-resolver.active-strategy")
                        .equals("lease-majority");
    }

    private static void requireRightJournal(NodeSettings settings) {
        String path = "troupe.persistence.journal";
        try {
            Config root = PekkoConfig.of(settings);
            JournalSettings.of(root.getConfig(path), root);
        } catch (IllegalArgumentException e) {
            Throwable wrong = e.getCause() == null ? e : e.getCause();
            throw new SettingsException(path + "." + wrong.getMessage());
        }
    }

    private static void requireRightTls(SettingsReader read, Config config) {
        if (config.getString("troupe.artery.tls.cert-file").isEmpty()) {
            return;
        }
        Path cert = Path.of(read.text("troupe.artery.tls.cert-file"));
        Path key = Path.of(read.text("troupe.artery.tls.key-file"));
        Path authorities = Path.of(read.text("troupe.artery.tls.trusted-ca-file"));
        try {
            PemFiles.requireUsable(cert, key);
            PemFiles.named("trusted-ca-file", () -> PemFiles.certificates(authorities));
            String revoked = config.getString("troupe.artery.tls.crl-file");
            if (!revoked.isEmpty()) {
                PemFiles.named("crl-file", () -> PemFiles.revocations(Path.of(revoked)));
            }
        } catch (CertificateException e) {
            throw new SettingsException("troupe.artery.tls." + e.getMessage());
        }
    }

    private static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            throw new SettingsException("troupe.http.host", host, "this name is not known here");
        }
    }
}
