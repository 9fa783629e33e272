package io.troupe.cluster.tls;

import java.nio.file.Path;

/** A certificate, a key or a list of revoked certificates cannot be used; the message names the file and what is wrong. */
public final class CertificateException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public CertificateException(Path file, String problem) {
        super(file + " " + problem);
    }

    public CertificateException(Path file, String problem, Throwable cause) {
        super(file + " " + problem, cause);
    }

    private CertificateException(String setting, CertificateException problem) {
        super(setting + ": " + problem.getMessage(), problem);
    }

    /** The same, naming the setting whose file it is, too. */
    public CertificateException of(String setting) {
        return new CertificateException(setting, this);
    }
}
