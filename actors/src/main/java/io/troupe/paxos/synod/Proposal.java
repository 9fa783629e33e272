package io.troupe.paxos.synod;

import io.troupe.paxos.Ballot;
import org.apache.pekko.util.ByteString;

/** A value with the ballot in which it is proposed; no two proposals have the same ballot (Paxos Made Simple, §2.2). */
public record Proposal(Ballot ballot, ByteString value) {}
