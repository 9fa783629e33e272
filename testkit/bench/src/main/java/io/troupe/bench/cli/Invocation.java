package io.troupe.bench.cli;

import java.io.PrintWriter;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Mixed into a command: where it prints, and how it refuses what it cannot do. */
@Command // has no options, so that picocli asks for this
public final class Invocation {

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    public PrintWriter out() {
        return command.commandLine().getOut();
    }

    public PrintWriter err() {
        return command.commandLine().getErr();
    }

    /** Prints a line that is seen at once. */
    public void say(String line) {
        out().println(line);
        out().flush();
    }

    /** @throws ParameterException when {@code value}, given with {@code option}, is not {@code min} to {@code max} */
    public void requireBetween(long min, long max, String option, long value) {
        require(
                value >= min && value <= max,
                String.format(Locale.ROOT, "%s is %d to %d, not %d", option, min, max, value));
    }

    /** @throws ParameterException with {@code message}, unless it {@code isPossible} */
    public void require(boolean isPossible, String message) {
        if (!isPossible) {
            throw new ParameterException(command.commandLine(), message);
        }
    }
}
