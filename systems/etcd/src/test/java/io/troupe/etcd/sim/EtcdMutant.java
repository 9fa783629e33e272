package io.troupe.etcd.sim;

import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.matcher.ElementMatcher;

/**
 * A classic bug of etcd, planted alone.
 *
 * @param bug its advice
 * @param type whose method is changed
 * @param seeds within which {@link EtcdFaults} finds it
 */
public record EtcdMutant(Class<?> bug, Class<?> type, ElementMatcher<? super MethodDescription> method, int seeds) {
    @Override
    public String toString() {
        return bug.getSimpleName();
    }
}
