package io.troupe.cluster.node;

import com.typesafe.config.Config;
import java.util.List;
import org.apache.pekko.cluster.ConfigValidation;
import org.apache.pekko.cluster.JoinConfigCompatChecker;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/** Lets a node join only a cluster of its own name, whoever told it to join; named in {@code troupe-node.conf}. */
public final class SameClusterName extends JoinConfigCompatChecker {

    private static final String PATH = "troupe.cluster.name";

    @Override
    public Seq<String> requiredKeys() {
        return CollectionConverters.asScala(List.of(PATH)).toSeq();
    }

    @Override
    public ConfigValidation check(Config joining, Config cluster) {
        return JoinConfigCompatChecker.fullMatch(requiredKeys(), joining, cluster);
    }
}
