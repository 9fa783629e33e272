package io.troupe.sim;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.apache.pekko.actor.typed.internal.TimerSchedulerImpl;
import org.jspecify.annotations.Nullable;

/** What messages and timers are, in words that are the same in every run. */
final class ContentText {

    private static final Pattern REFERENCE = Pattern.compile("(pekko://[^\\]#\\s]+)#-?\\d+");
    private static final Pattern IDENTITY = Pattern.compile("\\b[\\w.$]*[A-Z][\\w$]*@[0-9a-f]{3,8}\\b");
    private static final int DEPTH_MAX = 4;

    private ContentText() {}

    /**
     * The object's own words, without the random number in actor references.
     *
     * @param isAlive whether a reference (its path with its number) leads to a living actor
     * @throws IllegalArgumentException when they hold an identity ({@code Foo@1b2c3d}) instead of content
     */
    static String of(@Nullable Object what, Predicate<String> isAlive) {
        String text = REFERENCE
                .matcher(String.valueOf(what))
                .replaceAll(found -> found.group(1) + (isAlive.test(found.group()) ? "" : "(dead)"));
        if (IDENTITY.matcher(text).find()) {
            throw new IllegalArgumentException("'" + text + "' does not say what is in it: give the class a toString(),"
                    + " or make it a record, for two states are told apart by their words");
        }
        return text;
    }

    /** The key of a typed actor's timer, or what else the scheduled work closes over. */
    static String ofTimer(Object work) {
        var text = new StringBuilder();
        describe(work, text, DEPTH_MAX);
        return text.toString().strip();
    }

    private static void describe(Object what, StringBuilder text, int depth) {
        if (what instanceof TimerSchedulerImpl.TimerMsg timer) {
            text.append("timer ").append(timer.key()).append(' ');
        } else if (what instanceof Record || what instanceof CharSequence || what instanceof Enum) {
            text.append(what).append(' ');
        } else if (depth > 0 && isScheduled(what)) {
            for (Field field : what.getClass().getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers()) && !field.getType().isPrimitive()) {
                    field.setAccessible(true);
                    try {
                        var inside = field.get(what);
                        if (inside != null) {
                            describe(inside, text, depth - 1);
                        }
                    } catch (IllegalAccessException e) {
                        throw new IllegalStateException("cannot see what is scheduled", e);
                    }
                }
            }
        }
    }

    /** Work and what wraps it, but not the actors and systems that it also closes over. */
    private static boolean isScheduled(Object what) {
        return what instanceof Runnable || what instanceof scala.Function0<?>;
    }
}
