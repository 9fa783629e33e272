package io.troupe.pbft;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import com.esotericsoftware.kryo.serializers.ImmutableSerializer;
import io.troupe.pbft.PbftMessage.Results;
import io.troupe.replication.Replica.Applied;
import io.troupe.replication.Replica.Reply;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.util.ByteString;

/** Results are written at each replica, for their digest: those of commands without ceremony. */
final class ResultsSerializer extends ImmutableSerializer<Results> {

    private static final byte APPLIED = 0;
    private static final byte OTHER = 1;

    @Override
    public void write(Kryo kryo, Output output, Results results) {
        output.writeVarInt(results.replies().size(), true);
        for (Reply reply : results.replies()) {
            if (reply instanceof Applied applied) {
                output.writeByte(APPLIED);
                output.writeVarLong(applied.session(), true);
                output.writeVarLong(applied.serial(), true);
                output.writeVarLong(applied.index(), true);
                output.writeVarInt(applied.result().length(), true);
                output.writeBytes(applied.result().toArrayUnsafe());
            } else {
                output.writeByte(OTHER);
                kryo.writeClassAndObject(output, reply);
            }
        }
    }

    @Override
    public Results read(Kryo kryo, Input input, Class<? extends Results> type) {
        List<Reply> replies = new ArrayList<>();
        for (int left = input.readVarInt(true); left > 0; left--) {
            replies.add(readReply(kryo, input));
        }
        return new Results(replies);
    }

    private static Reply readReply(Kryo kryo, Input input) {
        byte kind = input.readByte();
        if (kind == APPLIED) {
            return new Applied(
                    input.readVarLong(true),
                    input.readVarLong(true),
                    input.readVarLong(true),
                    ByteString.fromArrayUnsafe(input.readBytes(input.readVarInt(true))));
        }
        if (kind == OTHER && kryo.readClassAndObject(input) instanceof Reply reply) {
            return reply;
        }
        throw new KryoException("No result of an operation, of kind " + kind + " at byte " + input.position()
                + "; there are " + APPLIED + " and " + OTHER);
    }
}
