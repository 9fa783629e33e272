/**
 * Inputs from the outside (Schneider, <em>Implementing Fault-Tolerant Services Using the State Machine Approach</em>, ACM
 * Computing Surveys 1990, §5; Marzullo, <em>Tolerating Failures of Continuous-Valued Sensors</em>, ACM TOCS 1990): each replica
 * has a sensor, up to t of which are broken or lie, and all replicas apply the same sample at the same place of the log.
 *
 * <pre>
 *  node n1                                               node n2, n3, n4 alike
 *  sensor ─Sampled─► Sampler ─Submit(Report)─► SessionClient ─► Replica ══ the log ══► Replica …
 *                                                                  │
 *                                                    SensingMachine.apply(report)
 *                                                       └─ Agreement: all but t have reported
 *                                                            └─ Fusion ─► Service.sampled(round, interval)
 * </pre>
 *
 * <p>What a replica reads by itself it must not apply: others would read something else (§5). So a report is a command like
 * any other, signed by its source where replicas lie, and which reports make a sample follows from their order in the log.
 *
 * <p>Deviates: the paper's sensors are sampled at one moment. Here a round is over when the log has enough reports, and they
 * are of different moments, up to a sampling period apart: a sensor's interval has to allow for how far the value moves.
 */
@NullMarked
package io.troupe.replication.sensing;

import org.jspecify.annotations.NullMarked;
