package io.troupe.config;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Who may import whom: actors ← persistence ← cluster ← systems ← config; the simulator imports nothing of ours. */
class ImportRulesTest {

    private static final JavaClasses OURS = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.troupe");

    private static final String[] ACTORS = {"chain", "generals", "paxos", "pbft", "raft", "replication", "wire"};
    private static final Set<String> NEITHER_PROTOCOL_NOR_SYSTEM =
            Set.of("persistence", "cluster", "sim", "bench", "config");

    private static String[] packages(String... names) {
        return Arrays.stream(names).map(name -> "io.troupe." + name + "..").toArray(String[]::new);
    }

    private static Set<String> systems() {
        Set<String> systems = new TreeSet<>();
        for (JavaClass type : OURS) {
            String name = type.getPackageName().split("\\.", -1)[2];
            systems.add(name);
        }
        systems.removeAll(List.of(ACTORS));
        systems.removeAll(NEITHER_PROTOCOL_NOR_SYSTEM);
        return systems;
    }

    /** Classes in these packages import of ours only what is in the allowed packages, beside one another. */
    private static void importOnly(String[] packages, String[] allowed) {
        List<String> all = new ArrayList<>(List.of(packages));
        all.addAll(List.of(allowed));
        DescribedPredicate<JavaClass> others = resideInAnyPackage("io.troupe..")
                .and(DescribedPredicate.not(resideInAnyPackage(all.toArray(String[]::new))));
        noClasses()
                .that()
                .resideInAnyPackage(packages)
                .should()
                .dependOnClassesThat(others)
                .check(OURS);
    }

    @Test
    void everyModuleIsSeen() {
        assertThat(OURS.stream().map(JavaClass::getPackageName))
                .contains(
                        "io.troupe.raft", "io.troupe.persistence.journal", "io.troupe.cluster.node", "io.troupe.etcd");
        assertThat(systems()).as("what is new is named here, or is a protocol").containsExactly("etcd");
    }

    @Test
    void actorsImportNothingElseOfOurs() {
        importOnly(packages(ACTORS), new String[0]);
    }

    @Test
    void persistenceImportsActorsAlone() {
        importOnly(packages("persistence"), packages(ACTORS));
    }

    @Test
    void clusterImportsActorsAndPersistence() {
        List<String> below = new ArrayList<>(List.of(ACTORS));
        below.add("persistence");
        importOnly(packages("cluster"), packages(below.toArray(String[]::new)));
    }

    @Test
    void aSystemImportsAnotherOnlyThroughItsClient() {
        for (String system : systems()) {
            List<String> allowed = new ArrayList<>(List.of("raft", "replication", "wire", "persistence", "cluster"));
            systems().forEach(other -> allowed.add(other + ".client"));
            importOnly(packages(system), packages(allowed.toArray(String[]::new)));
        }
    }

    @Test
    void theSimulatorImportsNothingOfOurs() {
        importOnly(packages("sim"), new String[0]);
    }
}
