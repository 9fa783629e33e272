package io.troupe.sim.junit;

import io.troupe.sim.FaultFilter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.ExtensionContext;

/** The one command that runs one seed of one test again. */
final class ReplayCommand {

    private ReplayCommand() {}

    /**
     * @param faults which of the nemesis' strikes to keep
     * @param clients which clients take part
     */
    static String of(ExtensionContext context, long seed, FaultFilter faults, FaultFilter clients) {
        String command = of(
                Path.of(System.getProperty("basedir", "")).toAbsolutePath(),
                context.getRequiredTestClass().getSimpleName(),
                context.getRequiredTestMethod().getName(),
                seed);
        return command
                + (faults == FaultFilter.all() ? "" : " -Dtroupe.faults=" + faults)
                + (clients == FaultFilter.all() ? "" : " -Dtroupe.clients=" + clients);
    }

    static String of(Path module, String testClass, String method, long seed) {
        var root = module;
        while (root.getParent() != null && Files.exists(root.getParent().resolve("pom.xml"))) {
            root = root.getParent();
        }
        String project = root.equals(module) ? "" : " -pl " + root.relativize(module) + " -am";
        return "replay with: mvn" + project + " test -Dtest='" + testClass + "#" + method
                + "' -Dsurefire.failIfNoSpecifiedTests=false -Dtroupe.seed=" + seed;
    }
}
