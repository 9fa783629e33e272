package io.troupe.pbft;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import com.esotericsoftware.kryo.serializers.ImmutableSerializer;
import io.troupe.pbft.PbftMessage.Command;
import io.troupe.pbft.PbftMessage.Execute;
import io.troupe.pbft.PbftMessage.Request;
import io.troupe.pbft.PbftMessage.RequestId;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.util.ByteString;

/** A request may have a thousand operations, and each replica reads them all: commands are written without ceremony. */
final class RequestSerializer extends ImmutableSerializer<Request> {

    private static final byte EXECUTE = 0;
    private static final byte OTHER = 1;

    @Override
    public void write(Kryo kryo, Output output, Request request) {
        kryo.writeObject(output, request.id());
        output.writeVarInt(request.operations().size(), true);
        for (Command operation : request.operations()) {
            if (operation instanceof Execute execute) {
                output.writeByte(EXECUTE);
                output.writeVarLong(execute.session(), true);
                output.writeVarLong(execute.serial(), true);
                output.writeVarLong(execute.acknowledgedBelow(), true);
                output.writeVarInt(execute.command().length(), true);
                output.writeBytes(execute.command().toArrayUnsafe());
            } else {
                output.writeByte(OTHER);
                kryo.writeClassAndObject(output, operation);
            }
        }
    }

    @Override
    public Request read(Kryo kryo, Input input, Class<? extends Request> type) {
        RequestId id = kryo.readObject(input, RequestId.class);
        List<Command> operations = new ArrayList<>();
        for (int left = input.readVarInt(true); left > 0; left--) {
            operations.add(readOperation(kryo, input));
        }
        return new Request(id, operations);
    }

    private static Command readOperation(Kryo kryo, Input input) {
        byte kind = input.readByte();
        if (kind == EXECUTE) {
            return new Execute(
                    input.readVarLong(true),
                    input.readVarLong(true),
                    input.readVarLong(true),
                    ByteString.fromArrayUnsafe(input.readBytes(input.readVarInt(true))));
        }
        if (kind == OTHER && kryo.readClassAndObject(input) instanceof Command command) {
            return command;
        }
        throw new KryoException("No operation of a request, of kind " + kind + " at byte " + input.position()
                + "; there are " + EXECUTE + " and " + OTHER);
    }
}
