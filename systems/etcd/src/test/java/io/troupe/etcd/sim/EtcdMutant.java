package io.troupe.etcd.sim;

import io.troupe.sim.mutants.Mutant;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.matcher.ElementMatcher;

/**
 * A classic bug of etcd, planted alone.
 *
 * @param seeds within which its scenario finds it
 */
public record EtcdMutant(Mutant mutant, int seeds) {

    /**
     * @param bug its advice
     * @param type whose method is changed
     */
    public EtcdMutant(Class<?> bug, Class<?> type, ElementMatcher<? super MethodDescription> method, int seeds) {
        this(Mutant.advised(bug, type, method), seeds);
    }

    /** The same, last found at {@code seed}. */
    public EtcdMutant foundAt(long seed) {
        return new EtcdMutant(mutant.foundAt(seed), seeds);
    }

    @Override
    public String toString() {
        return mutant.name();
    }
}
