package io.troupe.sim.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.lang.instrument.UnmodifiableClassException;
import java.nio.charset.StandardCharsets;
import java.security.ProtectionDomain;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import net.bytebuddy.agent.ByteBuddyAgent;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Makes the classes of some packages read {@link VirtualTime} where they call the JDK's clocks, and Pekko's own ask {@link
 * RememberedConfigurations}. Only classes whose bytes mention such a call are touched, also those that are loaded already.
 */
final class Redirection implements ClassFileTransformer {

    private static final String VIRTUAL_TIME = VirtualTime.class.getName().replace('.', '/');
    private static final byte[][] MENTIONS = {
        "nanoTime".getBytes(StandardCharsets.UTF_8),
        "currentTimeMillis".getBytes(StandardCharsets.UTF_8),
        "randomUUID".getBytes(StandardCharsets.UTF_8),
        "filterWithKeys".getBytes(StandardCharsets.UTF_8)
    };
    private static final String REMEMBERED =
            RememberedConfigurations.class.getName().replace('.', '/');
    private static final String CHECKER = "org/apache/pekko/cluster/JoinConfigCompatChecker$";

    private static final Redirection INSTANCE = new Redirection();
    private static @Nullable Instrumentation instrumentation;

    /** As class files write names, with slashes. An array: what runs while a class loads should load no other. */
    private volatile String[] prefixes = {};

    private Redirection() {}

    /**
     * Redirects the classes under these packages, once a JVM each.
     *
     * @param wanted name prefixes, {@code org.apache.pekko.}
     * @throws IllegalStateException when this JVM lets no agent attach to itself
     */
    static synchronized void of(Set<String> wanted) {
        var added = new TreeSet<String>();
        wanted.forEach(name -> added.add(name.replace('.', '/')));
        var all = new TreeSet<>(List.of(INSTANCE.prefixes));
        added.removeAll(all);
        if (!added.isEmpty()) {
            var agent = attached();
            all.addAll(added);
            INSTANCE.prefixes = all.toArray(String[]::new);
            retransformLoaded(agent, added.toArray(String[]::new));
        }
    }

    private static Instrumentation attached() {
        if (instrumentation == null) {
            try {
                instrumentation = ByteBuddyAgent.install();
            } catch (IllegalStateException e) {
                throw new IllegalStateException(
                        "the cluster stage must replace the clock calls inside Pekko, and this JVM lets no agent attach to"
                                + " itself; run it on a JDK (not a JRE without jdk.attach), without"
                                + " -XX:+DisableAttachMechanism, or start it with -javaagent:byte-buddy-agent.jar",
                        e);
            }
            instrumentation.addTransformer(INSTANCE, true);
        }
        return instrumentation;
    }

    private static void retransformLoaded(Instrumentation agent, String[] added) {
        List<Class<?>> mentioning = new ArrayList<>();
        for (var loaded : agent.getAllLoadedClasses()) {
            if (startsWithOne(loaded.getName().replace('.', '/'), added) && mentions(loaded) && isWhole(loaded)) {
                mentioning.add(loaded);
            }
        }
        try {
            agent.retransformClasses(mentioning.toArray(Class<?>[]::new));
        } catch (UnmodifiableClassException e) {
            throw new IllegalStateException("the clock calls of a loaded class cannot be replaced", e);
        }
    }

    /** A class that was written against others which are not there can neither run nor be transformed: Artery's on Aeron. */
    private static boolean isWhole(Class<?> loaded) {
        try {
            Objects.requireNonNull(loaded.getDeclaredMethods()); // Looks up whatever class they mention.
            return true;
        } catch (NoClassDefFoundError incomplete) {
            return false;
        }
    }

    private static boolean mentions(Class<?> loaded) {
        var file = '/' + loaded.getName().replace('.', '/') + ".class";
        try (InputStream in = loaded.getResourceAsStream(file)) {
            return in != null && mentions(in.readAllBytes());
        } catch (IOException e) {
            throw new IllegalStateException(file + " cannot be read", e);
        }
    }

    @Override
    public byte @Nullable [] transform(
            @Nullable ClassLoader loader,
            @Nullable String name,
            @Nullable Class<?> redefined,
            ProtectionDomain domain,
            byte[] bytes) {
        if (name == null || !startsWithOne(name, prefixes) || !mentions(bytes)) {
            return null;
        }
        var reader = new ClassReader(bytes);
        var writer = new ClassWriter(reader, 0);
        reader.accept(new Redirecting(writer), 0);
        return writer.toByteArray();
    }

    private static boolean startsWithOne(String name, String[] prefixes) {
        for (var prefix : prefixes) {
            if (name.startsWith(prefix)) {
                return true;
            }
        }
        return false;
    }

    private static boolean mentions(byte[] bytes) {
        for (var word : MENTIONS) {
            if (contains(bytes, word)) {
                return true;
            }
        }
        return false;
    }

    private static boolean contains(byte[] bytes, byte[] word) {
        outer:
        for (int i = 0; i <= bytes.length - word.length; i++) {
            for (int j = 0; j < word.length; j++) {
                if (bytes[i + j] != word[j]) {
                    continue outer;
                }
            }
            return true;
        }
        return false;
    }

    private static final class Redirecting extends ClassVisitor {

        private Redirecting(ClassVisitor next) {
            super(Opcodes.ASM9, next);
        }

        @Override
        public MethodVisitor visitMethod(
                int access,
                String name,
                String descriptor,
                @Nullable String signature,
                String @Nullable [] exceptions) {
            var method = super.visitMethod(access, name, descriptor, signature, exceptions);
            return new MethodVisitor(Opcodes.ASM9, method) {
                @Override
                public void visitMethodInsn(int opcode, String owner, String called, String type, boolean isInterface) {
                    if (isJoinCheck(owner, called, type)) {
                        String ofStatic = "(L" + CHECKER + ";" + type.substring(1);
                        super.visitMethodInsn(Opcodes.INVOKESTATIC, REMEMBERED, called, ofStatic, false);
                    } else {
                        super.visitMethodInsn(
                                opcode, isClock(owner, called) ? VIRTUAL_TIME : owner, called, type, isInterface);
                    }
                }
            };
        }

        private static boolean isJoinCheck(String owner, String called, String type) {
            return owner.equals(CHECKER)
                    && (called.equals("filterWithKeys")
                            || called.equals("removeSensitiveKeys")
                                    && type.startsWith("(Lcom/typesafe/config/Config;"));
        }

        private static boolean isClock(String owner, String called) {
            return switch (owner) {
                case "java/lang/System" -> called.equals("nanoTime") || called.equals("currentTimeMillis");
                case "java/util/UUID" -> called.equals("randomUUID");
                default -> false;
            };
        }
    }
}
