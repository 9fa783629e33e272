package io.troupe.cluster.node;

/** A wrong value in the configuration: where it stands, what it is, and what would be right. */
public final class SettingsException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public SettingsException(String path, Object value, String right) {
        super(path + " = " + value + " is wrong: " + right);
    }

    public SettingsException(String message) {
        super(message);
    }
}
