package io.troupe.etcd.mvcc;

import com.google.protobuf.InvalidProtocolBufferException;
import io.etcd.jetcd.api.Member;
import io.etcd.jetcd.api.MemberListResponse;
import io.etcd.jetcd.api.MemberPromoteRequest;
import io.etcd.jetcd.api.MemberRemoveRequest;
import io.etcd.jetcd.api.MemberUpdateRequest;
import io.troupe.etcd.members.Roster;
import io.troupe.etcd.members.RosterChanges;
import java.nio.ByteBuffer;
import org.apache.pekko.util.ByteString;

/** Commands about members. Each is answered by a {@code MemberListResponse} of the members after it. */
public final class MemberCommands {

    private MemberCommands() {}

    /**
     * The cluster was set up with this member.
     *
     * @param clusterId the cluster's number, if it has none yet
     */
    public static ByteString found(long clusterId, Member founder) {
        byte[] member = founder.toByteArray();
        return ByteString.fromArrayUnsafe(ByteBuffer.allocate(9 + member.length)
                .put(Commands.MEMBER_FOUND)
                .putLong(clusterId)
                .put(member)
                .array());
    }

    /** @param heard the member's number, its node's id as its name, and where clients reach it */
    public static ByteString started(Member heard) {
        return Commands.tagged(Commands.MEMBER_STARTED, heard);
    }

    /**
     * @param member with a number that no member has had
     * @param strict refused when a majority would not have started then
     */
    public static ByteString add(Member member, boolean strict) {
        return Commands.tagged(strict ? Commands.MEMBER_ADD : Commands.MEMBER_ADD_LAX, member);
    }

    /** @param strict refused when a majority of those left has not started */
    public static ByteString remove(MemberRemoveRequest request, boolean strict) {
        return Commands.tagged(strict ? Commands.MEMBER_REMOVE : Commands.MEMBER_REMOVE_LAX, request);
    }

    public static ByteString update(MemberUpdateRequest request) {
        return Commands.tagged(Commands.MEMBER_UPDATE, request);
    }

    /** The learner votes in the consensus group. */
    public static ByteString promote(MemberPromoteRequest request) {
        return Commands.tagged(Commands.MEMBER_PROMOTE, request);
    }

    static boolean isChange(byte tag) {
        return (tag >= Commands.MEMBER_FOUND && tag <= Commands.MEMBER_PROMOTE)
                || tag == Commands.MEMBER_ADD_LAX
                || tag == Commands.MEMBER_REMOVE_LAX;
    }

    static RosterChanges.Outcome change(Roster roster, byte tag, ByteBuffer body)
            throws InvalidProtocolBufferException {
        return switch (tag) {
            case Commands.MEMBER_FOUND -> RosterChanges.found(roster, body.getLong(), Member.parseFrom(body));
            case Commands.MEMBER_STARTED -> RosterChanges.started(roster, Member.parseFrom(body));
            case Commands.MEMBER_ADD, Commands.MEMBER_ADD_LAX ->
                RosterChanges.add(roster, Member.parseFrom(body), tag == Commands.MEMBER_ADD);
            case Commands.MEMBER_REMOVE, Commands.MEMBER_REMOVE_LAX ->
                RosterChanges.remove(
                        roster, MemberRemoveRequest.parseFrom(body).getID(), tag == Commands.MEMBER_REMOVE);
            case Commands.MEMBER_UPDATE -> {
                var update = MemberUpdateRequest.parseFrom(body);
                yield RosterChanges.update(roster, update.getID(), update.getPeerURLsList());
            }
            case Commands.MEMBER_PROMOTE ->
                RosterChanges.promote(
                        roster, MemberPromoteRequest.parseFrom(body).getID());
            default -> throw new IllegalArgumentException("tag " + tag + " is not of a command about members");
        };
    }

    /** As clients are shown them: a member that has not started has no name. */
    static MemberListResponse list(Roster roster) {
        var response = MemberListResponse.newBuilder();
        roster.members().forEach(member -> response.addMembers(shown(member)));
        return response.build();
    }

    private static Member shown(Member member) {
        return member.getClientURLsCount() > 0
                ? member
                : member.toBuilder().clearName().build();
    }
}
