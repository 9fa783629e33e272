package io.troupe.sim.checker.input;

/** A history that cannot be read: where, and what is wrong with it. */
public final class BadInput extends Exception {

    private static final long serialVersionUID = 1L;

    private final int line;

    /** @param line counted from 1, 0 when the fault is not in one line */
    public BadInput(int line, String message) {
        super(message);
        this.line = line;
    }

    public int line() {
        return line;
    }

    @Override
    public String getMessage() {
        return (line > 0 ? "line " + line + ": " : "") + super.getMessage();
    }
}
