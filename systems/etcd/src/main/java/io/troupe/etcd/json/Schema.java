package io.troupe.etcd.json;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumValueDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Label;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Type;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.MethodDescriptorProto;
import com.google.protobuf.DescriptorProtos.ServiceDescriptorProto;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import io.etcd.jetcd.api.CampaignRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.lock.LockRequest;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * etcd 3.4's calls and messages. The classes that they are published with here lack some fields, which the services read and
 * write all the same; JSON needs them by name.
 */
final class Schema {

    private static final String PACKAGE = ".etcdserverpb.";

    private final Map<String, ServiceDescriptor> services;

    Schema() {
        try {
            FileDescriptor rpc = completed(RangeRequest.getDescriptor().getFile());
            services = Stream.of(
                            rpc,
                            onTopOf(rpc, LockRequest.getDescriptor().getFile()),
                            onTopOf(rpc, CampaignRequest.getDescriptor().getFile()))
                    .flatMap(file -> file.getServices().stream())
                    .collect(Collectors.toMap(ServiceDescriptor::getFullName, Function.identity()));
        } catch (DescriptorValidationException e) {
            throw new IllegalStateException("etcd's messages are not those that this was written against", e);
        }
    }

    /** @param fullName as gRPC has it: {@code etcdserverpb.KV/Range} */
    MethodDescriptor method(String fullName) {
        String[] parts = fullName.split("/", 2);
        ServiceDescriptor service = Objects.requireNonNull(services.get(parts[0]), fullName);
        return Objects.requireNonNull(service.findMethodByName(parts[1]), fullName);
    }

    private static FileDescriptor completed(FileDescriptor published) throws DescriptorValidationException {
        FileDescriptorProto.Builder file = published.toProto().toBuilder();
        message(file, "WatchCreateRequest")
                .addField(field("watch_id", 7, Type.TYPE_INT64))
                .addField(field("fragment", 8, Type.TYPE_BOOL));
        message(file, "WatchResponse").addField(field("fragment", 7, Type.TYPE_BOOL));
        message(file, "Compare").addField(field("lease", 8, Type.TYPE_INT64).setOneofIndex(0));
        message(file, "Compare").getEnumTypeBuilderList().stream()
                .filter(type -> type.getName().equals("CompareTarget"))
                .forEach(type -> type.addValue(
                        EnumValueDescriptorProto.newBuilder().setName("LEASE").setNumber(4)));
        message(file, "MemberListRequest").addField(field("linearizable", 1, Type.TYPE_BOOL));
        message(file, "AuthUserAddRequest")
                .addField(field("options", 3, Type.TYPE_MESSAGE).setTypeName(PACKAGE + "UserAddOptions"));
        file.addMessageType(DescriptorProto.newBuilder()
                .setName("UserAddOptions")
                .addField(field("no_password", 1, Type.TYPE_BOOL)));
        file.addMessageType(DescriptorProto.newBuilder().setName("LeaseLeasesRequest"));
        file.addMessageType(
                DescriptorProto.newBuilder().setName("LeaseStatus").addField(field("ID", 1, Type.TYPE_INT64)));
        file.addMessageType(DescriptorProto.newBuilder()
                .setName("LeaseLeasesResponse")
                .addField(field("header", 1, Type.TYPE_MESSAGE).setTypeName(PACKAGE + "ResponseHeader"))
                .addField(field("leases", 2, Type.TYPE_MESSAGE)
                        .setTypeName(PACKAGE + "LeaseStatus")
                        .setLabel(Label.LABEL_REPEATED)));
        file.getServiceBuilderList().stream()
                .filter(service -> service.getName().equals("Lease"))
                .forEach(Schema::addLeases);
        return FileDescriptor.buildFrom(file.build(), dependencies(published));
    }

    private static void addLeases(ServiceDescriptorProto.Builder lease) {
        lease.addMethod(MethodDescriptorProto.newBuilder()
                .setName("LeaseLeases")
                .setInputType(PACKAGE + "LeaseLeasesRequest")
                .setOutputType(PACKAGE + "LeaseLeasesResponse"));
    }

    /** The file with {@code rpc} in the place of the one that it was published with. */
    private static FileDescriptor onTopOf(FileDescriptor rpc, FileDescriptor published)
            throws DescriptorValidationException {
        FileDescriptor[] dependencies = published.getDependencies().stream()
                .map(each -> each.getName().equals(rpc.getName()) ? rpc : each)
                .toArray(FileDescriptor[]::new);
        return FileDescriptor.buildFrom(published.toProto(), dependencies);
    }

    private static FileDescriptor[] dependencies(FileDescriptor file) {
        return file.getDependencies().toArray(FileDescriptor[]::new);
    }

    private static DescriptorProto.Builder message(FileDescriptorProto.Builder file, String name) {
        List<DescriptorProto.Builder> messages = file.getMessageTypeBuilderList();
        return messages.stream()
                .filter(message -> message.getName().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("there is no message " + name));
    }

    private static FieldDescriptorProto.Builder field(String name, int number, Type type) {
        return FieldDescriptorProto.newBuilder()
                .setName(name)
                .setNumber(number)
                .setType(type)
                .setLabel(Label.LABEL_OPTIONAL);
    }
}
