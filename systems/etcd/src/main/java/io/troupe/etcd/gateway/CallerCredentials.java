package io.troupe.etcd.gateway;

import io.etcd.jetcd.api.AuthGrpc;
import io.etcd.jetcd.api.ClusterGrpc;
import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.MaintenanceGrpc;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.troupe.etcd.auth.AuthView.Credentials;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.Set;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * Takes along what a client shows of itself: the token in its call's metadata, the name in its certificate. Not for calls that
 * anybody may make: etcd does not look at what comes with them, so that a token of before hinders nobody. Of those,
 * {@code LeaseTimeToLive} may ask for keys, so its service decides.
 */
final class CallerCredentials implements ServerInterceptor {

    private static final Set<String> FOR_ANYBODY = Set.of(
            AuthGrpc.getAuthenticateMethod().getFullMethodName(),
            ClusterGrpc.getMemberListMethod().getFullMethodName(),
            LeaseGrpc.getLeaseKeepAliveMethod().getFullMethodName(),
            LeaseService.LEASES.getFullMethodName(),
            MaintenanceGrpc.getStatusMethod().getFullMethodName());

    private final boolean byCertificate;

    /** @param byCertificate whether the name in a client's certificate counts */
    CallerCredentials(boolean byCertificate) {
        this.byCertificate = byCertificate;
    }

    private static final Metadata.Key<String> TOKEN = Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    private static final Context.Key<Credentials> SHOWN = Context.keyWithDefault("credentials", Credentials.NONE);

    /** What the client of the call that this thread opens has shown. */
    static Credentials shown() {
        return SHOWN.get();
    }

    @Override
    public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
            ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
        String token = headers.containsKey(TOKEN) ? headers.get(TOKEN) : headers.get(AUTHORIZATION);
        SSLSession tls = byCertificate ? call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION) : null;
        boolean showsNothing = token == null && tls == null;
        if (showsNothing || FOR_ANYBODY.contains(call.getMethodDescriptor().getFullMethodName())) {
            return next.startCall(call, headers);
        }
        var shown = new Credentials(
                Optional.ofNullable(token), Optional.ofNullable(tls).flatMap(CallerCredentials::name));
        return Contexts.interceptCall(Context.current().withValue(SHOWN, shown), call, headers, next);
    }

    private static Optional<String> name(SSLSession session) {
        try {
            Certificate[] chain = session.getPeerCertificates();
            return chain.length > 0 && chain[0] instanceof X509Certificate certificate
                    ? commonName(certificate)
                    : Optional.empty();
        } catch (SSLPeerUnverifiedException e) {
            return Optional.empty(); // The client showed none, and none was asked for.
        }
    }

    private static Optional<String> commonName(X509Certificate certificate) {
        try {
            return new LdapName(certificate.getSubjectX500Principal().getName())
                    .getRdns().stream()
                            .filter(part -> part.getType().equalsIgnoreCase("CN"))
                            .map(part -> part.getValue().toString())
                            .findFirst();
        } catch (InvalidNameException e) {
            return Optional.empty();
        }
    }
}
