package io.troupe.pbft;

import io.troupe.pbft.PbftMessage.BatchBody;
import io.troupe.pbft.PbftMessage.Checkpoint;
import io.troupe.pbft.PbftMessage.Commit;
import io.troupe.pbft.PbftMessage.Commits;
import io.troupe.pbft.PbftMessage.NewView;
import io.troupe.pbft.PbftMessage.NodeDigests;
import io.troupe.pbft.PbftMessage.Page;
import io.troupe.pbft.PbftMessage.PrePrepare;
import io.troupe.pbft.PbftMessage.Prepare;
import io.troupe.pbft.PbftMessage.ReadReply;
import io.troupe.pbft.PbftMessage.Reply;
import io.troupe.pbft.PbftMessage.ReplyStable;
import io.troupe.pbft.PbftMessage.Request;
import io.troupe.pbft.PbftMessage.Standing;
import io.troupe.pbft.PbftMessage.TentativeReply;
import io.troupe.pbft.PbftMessage.ViewChange;
import io.troupe.replication.Replica;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.util.ByteString;

/** What a traitor makes of what a correct replica would say, for one reader. */
enum Treason {

    /** As a correct replica: traitors seem to be loyal for a while. */
    NONE,
    MUTE {
        @Override
        List<PbftMessage> twist(PbftMessage said, String reader, Traitor traitor) {
            return List.of();
        }
    },
    /** Now this one hears nothing, now that one. */
    MOODY {
        @Override
        List<PbftMessage> twist(PbftMessage said, String reader, Traitor traitor) {
            return traitor.random.nextBoolean() ? List.of(said) : List.of();
        }
    },
    /**
     * An equivocating primary: one order for some, the null request for the others, and for some both; it votes at once,
     * for each reader, for what that one was told. As a backup it votes for both.
     */
    EQUIVOCATES {
        @Override
        List<PbftMessage> twist(PbftMessage said, String reader, Traitor traitor) {
            if (said instanceof PrePrepare pre) {
                PrePrepare told =
                        traitor.favours(reader) ? pre : new PrePrepare(pre.view(), pre.sequence(), traitor.nullBatch());
                Digest digest = Digest.of(told.batch());
                List<PbftMessage> all = new ArrayList<>(List.of(
                        told,
                        new Prepare(pre.view(), pre.sequence(), digest),
                        new Commit(pre.view(), pre.sequence(), digest)));
                if (traitor.random.nextInt(4) == 0) {
                    all.add(new PrePrepare(pre.view(), pre.sequence(), traitor.nullBatch()));
                    all.add(pre);
                }
                return all;
            }
            if (said instanceof Prepare prepare) {
                Digest digest = traitor.favours(reader) ? prepare.digest() : traitor.nullDigest();
                return List.of(
                        new Prepare(prepare.view(), prepare.sequence(), digest),
                        new Commit(prepare.view(), prepare.sequence(), digest));
            }
            return said instanceof Commit || said instanceof Commits ? List.of() : List.of(said);
        }
    },
    /** Speaks in the name of others, who commit to nothing at all. */
    FORGES {
        @Override
        Optional<PbftMessage> inOthersNames(PbftMessage said, Traitor traitor) {
            if (said instanceof Prepare prepare) {
                return Optional.of(new Commit(prepare.view(), prepare.sequence(), traitor.nullDigest()));
            }
            if (said instanceof PrePrepare pre) {
                return Optional.of(new Commit(pre.view(), pre.sequence(), traitor.nullDigest()));
            }
            return Optional.empty();
        }
    },
    /** Wants the next view, and the one after it, all the time, although nobody else does. */
    WANTS_OTHER_VIEWS {
        @Override
        List<PbftMessage> twist(PbftMessage said, String reader, Traitor traitor) {
            if (said instanceof Standing standing) {
                traitor.wanted = Math.max(traitor.wanted, standing.view()) + 1;
            }
            return List.of(said);
        }

        @Override
        List<Replica.Message> besides(Traitor traitor) {
            return List.of(traitor.leavingFor(traitor.wanted));
        }
    },
    /** As {@link #FORGES}, with the codes of others under keys that were in force once: it has come to know those. */
    FORGES_UNDER_OLD_KEYS {
        @Override
        Optional<PbftMessage> inOthersNames(PbftMessage said, Traitor traitor) {
            return FORGES.inOthersNames(said, traitor);
        }

        @Override
        Optional<Sealed> forge(PbftMessage lie, String name, String reader, Traitor traitor) {
            return traitor.underAnOldKey(lie, name, reader);
        }
    },
    /** A client whose requests the primary alone can read (Clement et al., NSDI 2009), whoever that is. */
    SEALS_FOR_THE_PRIMARY_ALONE {
        @Override
        List<PbftMessage> twist(PbftMessage said, String reader, Traitor traitor) {
            return said instanceof Standing standing && traitor.isPrimary(reader, standing.view())
                    ? List.of(said, traitor.request())
                    : List.of(said);
        }
    },
    /** And one whose requests all but the primary can read, so that they wait for it. */
    SEALS_FOR_BACKUPS_ALONE {
        @Override
        List<PbftMessage> twist(PbftMessage said, String reader, Traitor traitor) {
            return said instanceof Standing standing && !traitor.isPrimary(reader, standing.view())
                    ? List.of(said, traitor.request())
                    : List.of(said);
        }
    },
    /** Leaves out the requests of one client. */
    CENSORS {
        @Override
        List<PbftMessage> twist(PbftMessage said, String reader, Traitor traitor) {
            if (said instanceof PrePrepare pre) {
                return List.of(new PrePrepare(pre.view(), pre.sequence(), traitor.censored(pre.batch())));
            }
            return List.of(said);
        }
    },
    WRONG_DIGESTS {
        @Override
        List<PbftMessage> twist(PbftMessage said, String reader, Traitor traitor) {
            if (said instanceof Prepare prepare) {
                return List.of(new Prepare(prepare.view(), prepare.sequence(), traitor.anyDigest()));
            }
            if (said instanceof Commit commit) {
                return List.of(new Commit(commit.view(), commit.sequence(), traitor.anyDigest()));
            }
            if (said instanceof Commits told) {
                return List.of(new Commits(told.commits().stream()
                        .map(commit -> new Commit(commit.view(), commit.sequence(), traitor.anyDigest()))
                        .toList()));
            }
            if (said instanceof Checkpoint checkpoint) {
                return List.of(new Checkpoint(checkpoint.sequence(), traitor.anyDigest()));
            }
            return List.of(said);
        }
    },
    WRONG_REPLIES {
        @Override
        List<PbftMessage> twist(PbftMessage said, String reader, Traitor traitor) {
            if (said instanceof Reply reply) {
                return List.of(traitor.wrong(reply));
            }
            if (said instanceof TentativeReply tentative) {
                return List.of(new TentativeReply(traitor.wrong(tentative.reply())));
            }
            if (said instanceof ReadReply reply) {
                ByteString wrong = traitor.wrongResults(new Replica.Answered(0, reply.index(), traitor.anyResult()));
                return List.of(
                        new ReadReply(reply.view(), reply.id(), reply.index(), Digest.of(wrong), Optional.of(wrong)));
            }
            return List.of(said);
        }
    },
    /** Commits to whatever was ever pre-prepared, and says so at once. */
    HASTY {
        @Override
        List<PbftMessage> twist(PbftMessage said, String reader, Traitor traitor) {
            if (said instanceof Prepare prepare) {
                return List.of(new Commit(prepare.view(), prepare.sequence(), prepare.digest()));
            }
            return List.of(said);
        }
    },
    /** A slow primary: its orders come when the others' patience is about to end, and now and then when it has. */
    SLOW {
        @Override
        Duration delay(PbftMessage said, Traitor traitor) {
            boolean orders = said instanceof PrePrepare || said instanceof NewView;
            return orders ? Duration.ofMillis(300 + traitor.random.nextInt(400)) : Duration.ZERO;
        }
    },
    /**
     * Votes for half of the others alone, so that batches prepare there and nowhere else, replies to clients that it has
     * executed them, commits to nothing, and knows of nothing when views change.
     */
    HELPS_HALF {
        @Override
        List<PbftMessage> twist(PbftMessage said, String reader, Traitor traitor) {
            if (said instanceof Prepare) {
                return traitor.favours(reader) ? List.of(said) : List.of();
            }
            if (said instanceof ViewChange change) {
                return List.of(new ViewChange(
                        change.view(), change.stable(), change.checkpoints(), List.of(), change.prePrepared()));
            }
            return said instanceof Commit || said instanceof Commits ? List.of() : List.of(said);
        }
    },
    /** Votes and replies again and again: nobody answers these, so what it says grows no further of itself. */
    FLOODS {
        @Override
        List<PbftMessage> twist(PbftMessage said, String reader, Traitor traitor) {
            boolean isVote = said instanceof PrePrepare
                    || said instanceof Prepare
                    || said instanceof Commit
                    || said instanceof Commits
                    || said instanceof Checkpoint
                    || said instanceof Reply
                    || said instanceof TentativeReply;
            return Collections.nCopies(isVote ? 20 : 1, said);
        }
    },
    /** Says things again that were true once. */
    REPLAYS {
        @Override
        List<PbftMessage> twist(PbftMessage said, String reader, Traitor traitor) {
            traitor.remember(said);
            return List.of(traitor.random.nextInt(3) == 0 ? traitor.anythingSaid() : said);
        }
    },
    /** Says what others have said again, as they have sealed or signed it, to whomever it was for: that opens. */
    REPLAYS_OTHERS {
        @Override
        List<Replica.Message> besides(Traitor traitor) {
            return traitor.random.nextInt(3) == 0 ? traitor.anythingOverheard() : List.of();
        }
    },
    /** Forgets in a view change what it has prepared, or makes it up. */
    LIES_ABOUT_THE_PAST {
        @Override
        List<PbftMessage> twist(PbftMessage said, String reader, Traitor traitor) {
            if (said instanceof ViewChange change) {
                return List.of(traitor.lying(change));
            }
            if (said instanceof NewView newView) {
                List<Signed> fewer = new ArrayList<>(newView.viewChanges());
                fewer.remove(traitor.random.nextInt(fewer.size()));
                return List.of(new NewView(newView.view(), fewer));
            }
            return List.of(said);
        }
    },
    /** Lies in a view change about h, too high or too low, and about its checkpoints C. */
    LIES_ABOUT_CHECKPOINTS {
        @Override
        List<PbftMessage> twist(PbftMessage said, String reader, Traitor traitor) {
            return List.of(said instanceof ViewChange change ? traitor.lyingAboutCheckpoints(change) : said);
        }
    },
    /**
     * A new primary that proves its view to some by one view change of its own and to others by another, so that the view
     * begins in two ways, both proved; and in both it goes on, as one that equivocates.
     */
    BEGINS_A_VIEW_TWICE {
        @Override
        List<PbftMessage> twist(PbftMessage said, String reader, Traitor traitor) {
            if (said instanceof NewView newView) {
                return List.of(traitor.favours(reader) ? newView : traitor.another(newView));
            }
            return EQUIVOCATES.twist(said, reader, traitor);
        }
    },
    /**
     * A new primary that proves its view by view changes of everybody in which nothing has prepared, all signed by itself;
     * then it orders the null request where something had.
     */
    FORGES_VIEW_CHANGES {
        @Override
        List<PbftMessage> twist(PbftMessage said, String reader, Traitor traitor) {
            if (said instanceof NewView newView) {
                return List.of(traitor.forged(newView));
            }
            if (said instanceof Prepare prepare) {
                return List.of(
                        new PrePrepare(prepare.view(), prepare.sequence(), traitor.nullBatch()),
                        new Prepare(prepare.view(), prepare.sequence(), traitor.nullDigest()),
                        new Commit(prepare.view(), prepare.sequence(), traitor.nullDigest()));
            }
            return said instanceof Commit || said instanceof Commits ? List.of() : List.of(said);
        }
    },
    /** A node whose clients propose in the sessions of others, under the serials that those will use next. */
    STEALS_SESSIONS {
        @Override
        List<PbftMessage> twist(PbftMessage said, String reader, Traitor traitor) {
            if (said instanceof PrePrepare pre) {
                traitor.spyOn(pre.batch());
            }
            return List.of(said instanceof Request request ? traitor.stealing(request) : said);
        }

        @Override
        boolean isForAll(PbftMessage said) {
            return said instanceof Request;
        }
    },
    /** A primary for which it is an hour later, or earlier (§4.6). */
    LIES_ABOUT_TIME {
        @Override
        List<PbftMessage> twist(PbftMessage said, String reader, Traitor traitor) {
            return said instanceof PrePrepare pre
                    ? traitor.votesFor(pre, Duration.ofHours(pre.sequence() % 2 == 0 ? 1 : -1))
                    : List.of(said);
        }
    },
    /** A primary that tells each backup another time, all of which may be. */
    EQUIVOCATES_ABOUT_TIME {
        @Override
        List<PbftMessage> twist(PbftMessage said, String reader, Traitor traitor) {
            return said instanceof PrePrepare pre
                    ? traitor.votesFor(
                            pre, Duration.ofMillis(10L * traitor.all().indexOf(reader)))
                    : List.of(said);
        }
    },
    /**
     * A primary that lies about the time, whom nobody believes; so it claims, when views change, that its batches have
     * prepared, and has them for whoever asks.
     */
    CLAIMS_THAT_ITS_TIME_PREPARED {
        @Override
        List<PbftMessage> twist(PbftMessage said, String reader, Traitor traitor) {
            if (said instanceof PrePrepare pre) {
                List<PbftMessage> lie = traitor.votesFor(pre, Duration.ofHours(1));
                traitor.keep((PrePrepare) lie.get(0));
                return lie;
            }
            if (said instanceof ViewChange change) {
                return List.of(traitor.claiming(change));
            }
            return said instanceof Standing ? traitor.withItsBatches(said) : List.of(said);
        }
    },
    /** A lying source of states and batches. */
    LIES_ABOUT_STATE {
        @Override
        List<PbftMessage> twist(PbftMessage said, String reader, Traitor traitor) {
            if (said instanceof Page page) {
                return List.of(new Page(page.sequence(), page.page(), ByteString.fromString("a lie")));
            }
            if (said instanceof NodeDigests node) {
                return List.of(new NodeDigests(
                        node.sequence(),
                        node.level(),
                        node.index(),
                        node.header(),
                        node.children().stream()
                                .map(child -> traitor.anyDigest())
                                .toList()));
            }
            if (said instanceof ReplyStable reply) {
                return List.of(traitor.wrong(reply));
            }
            if (said instanceof BatchBody body) {
                return List.of(new BatchBody(body.sequence(), traitor.otherBatch(body.batch())));
            }
            if (said instanceof Checkpoint checkpoint) {
                return List.of(
                        new Checkpoint(checkpoint.sequence() + 4L * traitor.random.nextInt(10), checkpoint.digest()));
            }
            return List.of(said);
        }
    };

    /**
     * What it says instead, to this reader.
     *
     * @return empty for nothing
     */
    List<PbftMessage> twist(PbftMessage said, String reader, Traitor traitor) {
        return List.of(said);
    }

    /** What is said in the names of all others, besides. */
    Optional<PbftMessage> inOthersNames(PbftMessage said, Traitor traitor) {
        return Optional.empty();
    }

    /** The letter in another's name. */
    Optional<Sealed> forge(PbftMessage lie, String name, String reader, Traitor traitor) {
        Sealed own = traitor.notary.seal(lie, List.of(reader));
        return Optional.of(new Sealed(name, own.payload(), own.macs()));
    }

    /** What is sent with it, that others have said. */
    List<Replica.Message> besides(Traitor traitor) {
        return List.of();
    }

    /** Whether it is sealed so that all can open it, for whomever it is. */
    boolean isForAll(PbftMessage said) {
        return false;
    }

    /** How long it is kept back. */
    Duration delay(PbftMessage said, Traitor traitor) {
        return Duration.ZERO;
    }
}
