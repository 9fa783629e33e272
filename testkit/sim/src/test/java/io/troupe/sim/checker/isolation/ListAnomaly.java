package io.troupe.sim.checker.isolation;

import static io.troupe.sim.checker.isolation.Transactions.read;
import static io.troupe.sim.checker.isolation.Transactions.write;

import java.util.List;

/** The smallest transactions over lists that show an anomaly, on keys of their own. */
enum ListAnomaly {
    G0(AnomalyKind.G0) {
        @Override
        void inject(Transactions into) {
            into.atOnce(
                    List.of(write("a", 1), write("b", 1)),
                    List.of(write("a", 2), write("b", 2)),
                    List.of(read("a", List.of(1, 2)), read("b", List.of(2, 1))));
        }
    },
    ABORTED_READ(AnomalyKind.G1A) {
        @Override
        void inject(Transactions into) {
            into.aborted(List.of(write("a", 1))).atOnce(List.of(read("a", List.of(1))));
        }
    },
    INTERMEDIATE_READ(AnomalyKind.G1B) {
        @Override
        void inject(Transactions into) {
            into.atOnce(List.of(write("a", 1), write("a", 2)), List.of(read("a", List.of(1))));
        }
    },
    CIRCULAR_INFORMATION_FLOW(AnomalyKind.G1C) {
        @Override
        void inject(Transactions into) {
            into.atOnce(List.of(write("a", 1), read("b", List.of(1))), List.of(write("b", 1), read("a", List.of(1))));
        }
    },
    READ_SKEW(AnomalyKind.G_SINGLE) {
        @Override
        void inject(Transactions into) {
            into.atOnce(List.of(write("a", 1), write("b", 1)), List.of(read("a", List.of(1)), read("b", List.of())));
        }
    },
    TWO_SKEWS_APART(AnomalyKind.G_NONADJACENT) {
        @Override
        void inject(Transactions into) {
            into.atOnce(
                    List.of(read("a", List.of()), read("d", List.of(1))),
                    List.of(write("a", 1), write("b", 1)),
                    List.of(read("b", List.of(1)), read("c", List.of())),
                    List.of(write("c", 1), write("d", 1)));
        }
    },
    WRITE_SKEW(AnomalyKind.G2_ITEM) {
        @Override
        void inject(Transactions into) {
            into.atOnce(List.of(read("a", List.of()), write("b", 1)), List.of(read("b", List.of()), write("a", 1)));
        }
    },
    LOST_UPDATE(AnomalyKind.LOST_UPDATE) {
        @Override
        void inject(Transactions into) {
            into.atOnce(
                    List.of(read("a", List.of()), write("a", 1)),
                    List.of(read("a", List.of()), write("a", 2)),
                    List.of(read("a", List.of(1, 2))));
        }
    },
    INTERNAL(AnomalyKind.INTERNAL) {
        @Override
        void inject(Transactions into) {
            into.atOnce(List.of(write("a", 1), read("a", List.of())));
        }
    },
    FUTURE_READ(AnomalyKind.FUTURE_READ) {
        @Override
        void inject(Transactions into) {
            into.atOnce(List.of(read("a", List.of(1)), write("a", 1)));
        }
    },
    DUPLICATE(AnomalyKind.DUPLICATE_ELEMENTS) {
        @Override
        void inject(Transactions into) {
            into.atOnce(List.of(write("a", 1)), List.of(read("a", List.of(1, 1))));
        }
    },
    DIRTY_UPDATE(AnomalyKind.DIRTY_UPDATE) {
        @Override
        void inject(Transactions into) {
            into.aborted(List.of(write("a", 1))).atOnce(List.of(write("a", 2)), List.of(read("a", List.of(1, 2))));
        }
    },
    INCOMPATIBLE_ORDER(AnomalyKind.INCOMPATIBLE_ORDER) {
        @Override
        void inject(Transactions into) {
            into.atOnce(
                    List.of(write("a", 1)),
                    List.of(write("a", 2)),
                    List.of(read("a", List.of(1, 2))),
                    List.of(read("a", List.of(2, 1))));
        }
    },
    GARBAGE(AnomalyKind.GARBAGE_READ) {
        @Override
        void inject(Transactions into) {
            into.atOnce(List.of(read("a", List.of(7))));
        }
    },
    WRITES_BACK_IN_SESSION(AnomalyKind.G0_PROCESS) {
        @Override
        void inject(Transactions into) {
            into.inSession(List.of(write("a", 1)), List.of(write("a", 2))).atOnce(List.of(read("a", List.of(2, 1))));
        }
    },
    READ_BEFORE_WRITTEN_IN_SESSION(AnomalyKind.G1C_PROCESS) {
        @Override
        void inject(Transactions into) {
            into.inSession(List.of(read("a", List.of(1))), List.of(write("a", 1)));
        }
    },
    OWN_WRITE_NOT_READ(AnomalyKind.G_SINGLE_PROCESS) {
        @Override
        void inject(Transactions into) {
            into.inSession(List.of(write("a", 1)), List.of(read("a", List.of())));
        }
    },
    WRITES_BACK_IN_TIME(AnomalyKind.G0_REALTIME) {
        @Override
        void inject(Transactions into) {
            into.inTurn(List.of(write("a", 1)), List.of(write("a", 2))).atOnce(List.of(read("a", List.of(2, 1))));
        }
    },
    READ_BEFORE_WRITTEN(AnomalyKind.G1C_REALTIME) {
        @Override
        void inject(Transactions into) {
            into.inTurn(List.of(read("a", List.of(1))), List.of(write("a", 1)));
        }
    },
    STALE_READ(AnomalyKind.G_SINGLE_REALTIME) {
        @Override
        void inject(Transactions into) {
            into.inTurn(List.of(write("a", 1)), List.of(read("a", List.of())));
        }
    },
    SKEW_IN_TIME(AnomalyKind.G2_ITEM_REALTIME) {
        @Override
        void inject(Transactions into) {
            long began = into.tick();
            into.inTurn(List.of(write("b", 1)), List.of(read("a", List.of())));
            into.add(999, Txn.Status.COMMITTED, began, into.tick(), List.of(write("a", 1), read("b", List.of())));
        }
    };

    private final AnomalyKind kind;

    ListAnomaly(AnomalyKind kind) {
        this.kind = kind;
    }

    AnomalyKind kind() {
        return kind;
    }

    abstract void inject(Transactions into);
}
