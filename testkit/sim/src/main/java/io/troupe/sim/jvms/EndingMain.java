package io.troupe.sim.jvms;

import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;

/**
 * Runs the {@code main} of the class that is named first, and ends the JVM with it: one that throws would be outlived by
 * whatever threads it has started.
 */
final class EndingMain {

    private EndingMain() {}

    public static void main(String[] nameAndArguments) throws ReflectiveOperationException {
        var main = Class.forName(nameAndArguments[0]).getDeclaredMethod("main", String[].class);
        main.setAccessible(true);
        int code = 0;
        try {
            main.invoke(null, (Object) Arrays.copyOfRange(nameAndArguments, 1, nameAndArguments.length));
        } catch (InvocationTargetException e) {
            e.printStackTrace();
            code = 1;
        }
        System.exit(code);
    }
}
