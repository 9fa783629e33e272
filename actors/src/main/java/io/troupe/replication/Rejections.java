package io.troupe.replication;

/** How each request is told that it was not carried out. */
public final class Rejections {

    private Rejections() {}

    public static void reject(Replica.Request request, Replica.Reason reason, String detail) {
        if (request instanceof Replica.Propose propose) {
            propose.replyTo().tell(new Replica.Rejected(propose.session(), propose.serial(), reason, detail));
        } else if (request instanceof Replica.Query query) {
            query.replyTo().tell(new Replica.Rejected(Replica.NO_SESSION, query.id(), reason, detail));
        } else if (request instanceof Replica.OpenSession open) {
            open.replyTo().tell(new Replica.Rejected(Replica.NO_SESSION, 0, reason, detail));
        } else if (request instanceof Replica.OpenShared open) {
            open.replyTo().tell(new Replica.Rejected(Replica.NO_SESSION, 0, reason, detail));
        } else if (request instanceof Replica.TransferLeadership transfer) {
            transfer.replyTo().tell(new Replica.Rejected(Replica.NO_SESSION, 0, reason, detail));
        } else if (request instanceof Replica.Reconfigure reconfigure) {
            reconfigure.replyTo().tell(new Replica.Rejected(Replica.NO_SESSION, 0, reason, detail));
        } else if (request instanceof Replica.ListMembers list) {
            list.replyTo().tell(new Replica.Rejected(Replica.NO_SESSION, 0, reason, detail));
        }
    }

    public static void rejectRead(Replica.Query query, int pendingMax) {
        reject(query, Replica.Reason.OVERLOADED, "the replica has its limit of " + pendingMax + " reads waiting");
    }
}
