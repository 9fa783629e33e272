package io.troupe.wire;

import com.esotericsoftware.kryo.Serializer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Every registration of every module's {@link WireTypes}, checked to be free of contradictions. */
public final class Registrations {

    /** Ids below this one are Kryo's own (primitives and strings). */
    static final int FIRST_ID = 10;

    /**
     * One registered type.
     *
     * @param manifest names this type beside its bytes: {@code id}, or {@code id.version} for a persisted event
     * @param isChecked as {@link WireTypes#sendersMayLie}
     * @param serializer null for Kryo's default: enums by ordinal, records by component
     */
    public record Entry(
            int id,
            String manifest,
            Class<?> type,
            String module,
            boolean isChecked,
            @Nullable Serializer<?> serializer) {}

    private final List<WireTypes> modules;
    private final SortedMap<Integer, Entry> byId = new TreeMap<>();
    private final Map<Class<?>, Entry> byClass = new LinkedHashMap<>();
    private final Map<String, Entry> byManifest = new HashMap<>();

    private Registrations(List<WireTypes> modules) {
        this.modules = modules;
        for (WireTypes module : modules) {
            module.register(new Collector(module.module(), module.sendersMayLie()));
        }
    }

    /**
     * Registers the built-in types and those of every {@link WireTypes} that {@code loader} finds.
     *
     * @throws IllegalStateException when an id or a class is registered twice; the message names both
     */
    public static Registrations load(ClassLoader loader) {
        List<WireTypes> modules = new ArrayList<>();
        modules.add(new BuiltInTypes());
        ServiceLoader.load(WireTypes.class, loader).forEach(modules::add);
        return new Registrations(modules);
    }

    static Registrations of(WireTypes... modules) {
        return new Registrations(List.of(modules));
    }

    /** The same registrations with serializer instances of their own, for another thread. */
    Registrations again() {
        return new Registrations(modules);
    }

    public Collection<Entry> entries() {
        return Collections.unmodifiableCollection(byId.values());
    }

    public @Nullable Entry byClass(Class<?> type) {
        return byClass.get(type);
    }

    public @Nullable Entry byId(int id) {
        return byId.get(id);
    }

    /** Null for that of another version, too. */
    public @Nullable Entry byManifest(String manifest) {
        return byManifest.get(manifest);
    }

    /** What the sender of an unregistered class is told. */
    String unregistered(Class<?> type) {
        String module = moduleOf(type);
        return "Class " + type.getName() + " of " + module
                + " is not registered for the wire. Register it under an unused id of its module's range in the"
                + " WireTypes of " + module + ": registry.message(ID, " + type.getSimpleName() + ".class), or"
                + " registry.event(ID, 1, " + type.getSimpleName() + ".class) when it is persisted";
    }

    private String moduleOf(Class<?> type) {
        for (WireTypes module : modules) {
            if (origin(module.getClass()).equals(origin(type))) {
                return "module '" + module.module() + "'";
            }
        }
        return origin(type);
    }

    private static String origin(Class<?> type) {
        var source = type.getProtectionDomain().getCodeSource();
        return source == null || source.getLocation() == null
                ? "the JDK"
                : source.getLocation().toString();
    }

    private final class Collector implements WireTypes.Registry {
        private final String module;
        private final boolean isChecked;

        Collector(String module, boolean isChecked) {
            this.module = module;
            this.isChecked = isChecked;
        }

        @Override
        public void message(int id, Class<?> type) {
            add(new Entry(id, Integer.toString(id), type, module, isChecked, null));
        }

        @Override
        public <T> void message(int id, Class<T> type, Serializer<T> serializer) {
            add(new Entry(id, Integer.toString(id), type, module, isChecked, serializer));
        }

        @Override
        public void event(int id, int version, Class<?> type) {
            add(new Entry(id, id + "." + checked(version, type), type, module, isChecked, null));
        }

        @Override
        public <T> void event(int id, int version, Class<T> type, Serializer<T> serializer) {
            add(new Entry(id, id + "." + checked(version, type), type, module, isChecked, serializer));
        }

        private int checked(int version, Class<?> type) {
            if (version < 1) {
                throw new IllegalStateException("Event " + type.getName() + " of module '" + module
                        + "' is registered with version " + version + "; versions start at 1");
            }
            return version;
        }

        private void add(Entry entry) {
            if (entry.id() < FIRST_ID) {
                throw new IllegalStateException(describe(entry) + " is out of range; ids start at " + FIRST_ID);
            }
            refuseSecond(byId.putIfAbsent(entry.id(), entry), entry);
            refuseSecond(byClass.putIfAbsent(entry.type(), entry), entry);
            byManifest.put(entry.manifest(), entry);
        }

        private void refuseSecond(@Nullable Entry first, Entry second) {
            if (first != null) {
                throw new IllegalStateException("Registered twice for the wire: " + describe(first) + ", and "
                        + describe(second) + ". Give the newer one an id that was never used");
            }
        }

        private String describe(Entry entry) {
            return entry.type().getName() + " with id " + entry.id() + " by module '" + entry.module() + "'";
        }
    }
}
