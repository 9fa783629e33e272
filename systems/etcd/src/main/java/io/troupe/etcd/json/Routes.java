package io.troupe.etcd.json;

import static java.util.Map.entry;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Which call a path stands for: etcd 3.4's, as the options of its protobuf files have them. */
final class Routes {

    private static final Map<String, String> CALLS = Map.ofEntries(
            entry("/kv/range", "etcdserverpb.KV/Range"),
            entry("/kv/put", "etcdserverpb.KV/Put"),
            entry("/kv/deleterange", "etcdserverpb.KV/DeleteRange"),
            entry("/kv/txn", "etcdserverpb.KV/Txn"),
            entry("/kv/compaction", "etcdserverpb.KV/Compact"),
            entry("/watch", "etcdserverpb.Watch/Watch"),
            entry("/lease/grant", "etcdserverpb.Lease/LeaseGrant"),
            entry("/lease/revoke", "etcdserverpb.Lease/LeaseRevoke"),
            entry("/kv/lease/revoke", "etcdserverpb.Lease/LeaseRevoke"),
            entry("/lease/keepalive", "etcdserverpb.Lease/LeaseKeepAlive"),
            entry("/lease/timetolive", "etcdserverpb.Lease/LeaseTimeToLive"),
            entry("/kv/lease/timetolive", "etcdserverpb.Lease/LeaseTimeToLive"),
            entry("/lease/leases", "etcdserverpb.Lease/LeaseLeases"),
            entry("/kv/lease/leases", "etcdserverpb.Lease/LeaseLeases"),
            entry("/cluster/member/add", "etcdserverpb.Cluster/MemberAdd"),
            entry("/cluster/member/remove", "etcdserverpb.Cluster/MemberRemove"),
            entry("/cluster/member/update", "etcdserverpb.Cluster/MemberUpdate"),
            entry("/cluster/member/list", "etcdserverpb.Cluster/MemberList"),
            entry("/cluster/member/promote", "etcdserverpb.Cluster/MemberPromote"),
            entry("/maintenance/alarm", "etcdserverpb.Maintenance/Alarm"),
            entry("/maintenance/status", "etcdserverpb.Maintenance/Status"),
            entry("/maintenance/defragment", "etcdserverpb.Maintenance/Defragment"),
            entry("/maintenance/hash", "etcdserverpb.Maintenance/Hash"),
            entry("/maintenance/snapshot", "etcdserverpb.Maintenance/Snapshot"),
            entry("/maintenance/transfer-leadership", "etcdserverpb.Maintenance/MoveLeader"),
            entry("/auth/enable", "etcdserverpb.Auth/AuthEnable"),
            entry("/auth/disable", "etcdserverpb.Auth/AuthDisable"),
            entry("/auth/authenticate", "etcdserverpb.Auth/Authenticate"),
            entry("/auth/user/add", "etcdserverpb.Auth/UserAdd"),
            entry("/auth/user/get", "etcdserverpb.Auth/UserGet"),
            entry("/auth/user/list", "etcdserverpb.Auth/UserList"),
            entry("/auth/user/delete", "etcdserverpb.Auth/UserDelete"),
            entry("/auth/user/changepw", "etcdserverpb.Auth/UserChangePassword"),
            entry("/auth/user/grant", "etcdserverpb.Auth/UserGrantRole"),
            entry("/auth/user/revoke", "etcdserverpb.Auth/UserRevokeRole"),
            entry("/auth/role/add", "etcdserverpb.Auth/RoleAdd"),
            entry("/auth/role/get", "etcdserverpb.Auth/RoleGet"),
            entry("/auth/role/list", "etcdserverpb.Auth/RoleList"),
            entry("/auth/role/delete", "etcdserverpb.Auth/RoleDelete"),
            entry("/auth/role/grant", "etcdserverpb.Auth/RoleGrantPermission"),
            entry("/auth/role/revoke", "etcdserverpb.Auth/RoleRevokePermission"),
            entry("/lock/lock", "v3lockpb.Lock/Lock"),
            entry("/lock/unlock", "v3lockpb.Lock/Unlock"),
            entry("/election/campaign", "v3electionpb.Election/Campaign"),
            entry("/election/proclaim", "v3electionpb.Election/Proclaim"),
            entry("/election/leader", "v3electionpb.Election/Leader"),
            entry("/election/observe", "v3electionpb.Election/Observe"),
            entry("/election/resign", "v3electionpb.Election/Resign"));

    private static final String V3 = "/v3";
    private static final String V3_BETA = "/v3beta";

    private Routes() {}

    /** Whether all below that path is this gateway's. */
    static boolean isBelow(String path) {
        return path.startsWith(V3 + "/") || path.startsWith(V3_BETA + "/");
    }

    /** The call's full name. */
    static Optional<String> call(String path) {
        return isBelow(path) ? Optional.ofNullable(CALLS.get(path.substring(path.indexOf('/', 1)))) : Optional.empty();
    }

    static Set<String> calls() {
        return Set.copyOf(CALLS.values());
    }
}
