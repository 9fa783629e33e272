package io.troupe.etcd;

import io.troupe.paxos.PaxosEngine;
import io.troupe.raft.RaftEngine;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * All tests of the class run on Raft, and then all on Multi-Paxos: clients are promised the same of both. The class takes the
 * engine's name, {@code troupe.etcd.engine}, as its parameter.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ParameterizedClass(name = "on {0}")
@ValueSource(strings = {RaftEngine.NAME, PaxosEngine.NAME})
public @interface OnEachEngine {}
