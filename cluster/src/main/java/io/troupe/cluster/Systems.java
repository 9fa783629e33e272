package io.troupe.cluster;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;

/** The systems on the class path, by name. */
public final class Systems {

    private final List<TroupeSystem> found;

    private Systems(List<TroupeSystem> found) {
        this.found = found;
    }

    /** @throws IllegalStateException when two systems have one name */
    public static Systems onClassPath() {
        List<TroupeSystem> found = new ArrayList<>();
        ServiceLoader.load(TroupeSystem.class, Systems.class.getClassLoader()).forEach(found::add);
        found.sort(Comparator.comparing(TroupeSystem::name));
        for (int i = 1; i < found.size(); i++) {
            if (found.get(i).name().equals(found.get(i - 1).name())) {
                throw new IllegalStateException(
                        "Two systems are named '" + found.get(i).name() + "': "
                                + found.get(i - 1).getClass().getName() + " and "
                                + found.get(i).getClass().getName());
            }
        }
        return new Systems(found);
    }

    public Optional<TroupeSystem> named(String name) {
        return found.stream().filter(system -> system.name().equals(name)).findFirst();
    }

    /** Names in alphabetical order. */
    public List<String> names() {
        return found.stream().map(TroupeSystem::name).toList();
    }

    /** In order of name. */
    public List<TroupeSystem> all() {
        return found;
    }
}
