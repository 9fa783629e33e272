package io.troupe.etcd.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.CodedOutputStream;
import io.troupe.etcd.restore.RestoredDirectory.Founder;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RestoredDirectoryTest {

    /** The log that etcdctl 3.4.23 wrote for m1, one of three, restored with the token "tok"; without the zeros after it. */
    private static final byte[] WRITTEN = Base64.getMimeDecoder()
            .decode(
                    """
                    BAAAAAAAAIQIBBAAAAAAAB8AAAAAAACBCAEQ0NuRmgIaFQiP/7el4bSm3KYBEMre/peB6J75CAAOAAAAAAAAgggFENuv7bADGgQI
                    ABAAAABuAAAAAAAAgggCENCK3qcPGmQIARABGAEiXAgAEAAYvtbqzLG7kJZUIkx7ImlkIjo2MDY1Mjk1MjA3NDQ0NDI1NTM0LCJw
                    ZWVyVVJMcyI6WyJodHRwOi8vMTI3LjAuMC4xOjI0ODAzIl0sIm5hbWUiOiJtMyJ9AABwAAAAAAAAAAgCEJK1+YUPGmYIARABGAIi
                    XggAEAAYz/uSxYnDk+mYASJNeyJpZCI6MTEwMTE5NDk5MDY0MjEzOTg5OTEsInBlZXJVUkxzIjpbImh0dHA6Ly8xMjcuMC4wLjE6
                    MjQ4MDIiXSwibmFtZSI6Im0yIn1wAAAAAAAAAAgCEIyEwbMNGmYIARABGAMiXggAEAAYj/+3peG0ptymASJNeyJpZCI6MTIwMTM1
                    MjA5NDQ2MDEzNjY0MTUsInBlZXJVUkxzIjpbImh0dHA6Ly8xMjcuMC4wLjE6MjQ4MDEiXSwibmFtZSI6Im0xIn0YAAAAAAAAAAgD
                    EL/c7KUIGg4IARC+1urMsbuQllQYAw4AAAAAAACCCAUQsPHDuAEaBAgDEAEAAA==
                    """);

    /** Of raftpb.Entry: normal, term 2, index 4. The first of who has won an election on such a log. */
    private static final byte[] FIRST_OF_A_LEADER = {8, 0, 16, 2, 24, 4};

    /** Of raftpb.Entry and raftpb.ConfChange: the fourth entry of term 1 removes a member. */
    private static final byte[] REMOVAL = {8, 1, 16, 1, 24, 4, 34, 4, 16, 1, 24, 1};

    @TempDir
    private Path folder;

    @BeforeEach
    void storeAnything() throws Exception {
        Files.createDirectories(RestoredDirectory.database(folder).getParent());
        Files.createDirectories(RestoredDirectory.log(folder));
        Files.createFile(RestoredDirectory.database(folder));
    }

    private void write(String name, byte[] log) throws Exception {
        Files.write(RestoredDirectory.log(folder).resolve(name), Arrays.copyOf(log, log.length + 512));
    }

    private RestoredDirectory read() throws Exception {
        return RestoredDirectory.in(folder, RestoredDirectory.log(folder)).orElseThrow();
    }

    /** What was written, and one entry more. */
    private static byte[] writtenAnd(byte[] entry) throws Exception {
        Path written = Files.createTempFile("log", ".wal");
        try {
            Files.write(written, WRITTEN);
            var log = new ByteArrayOutputStream();
            var checksum = new CRC32C();
            WalFile.forEach(written, (type, data) -> append(log, checksum, type, data));
            append(log, checksum, WalFile.ENTRY, entry);
            return log.toByteArray();
        } finally {
            Files.delete(written);
        }
    }

    private static void append(ByteArrayOutputStream log, CRC32C checksum, int type, byte[] data)
            throws java.io.IOException {
        checksum.update(data);
        var record = new ByteArrayOutputStream();
        var out = CodedOutputStream.newInstance(record);
        out.writeInt64(1, type);
        out.writeUInt32(2, (int) checksum.getValue());
        out.writeByteArray(3, data);
        out.flush();
        CodedOutputStream header = CodedOutputStream.newInstance(log);
        header.writeFixed64NoTag(record.size());
        header.flush();
        record.writeTo(log);
    }

    @Test
    void theLogSaysWhoTheMembersAreAndWhoseItIs() throws Exception {
        write("0.wal", WRITTEN);
        RestoredDirectory restored = read();
        assertThat(HexFormat.of().toHexDigits(restored.clusterId())).isEqualTo("08f27b4012ffaf4a");
        assertThat(restored.own().name()).isEqualTo("m1");
        assertThat(restored.members())
                .extracting(Founder::name, Founder::peerUrls)
                .containsExactly(
                        tuple("m3", List.of("http://127.0.0.1:24803")),
                        tuple("m2", List.of("http://127.0.0.1:24802")),
                        tuple("m1", List.of("http://127.0.0.1:24801")));
        assertThat(restored.members())
                .allMatch(founder -> founder.isOfToken("tok"))
                .noneMatch(founder -> founder.isOfToken("etcd-cluster"));
    }

    @Test
    void whatAnEtcdHasRunWithIsRefused() throws Exception {
        for (byte[] entry : List.of(FIRST_OF_A_LEADER, REMOVAL)) {
            write("0.wal", writtenAnd(entry));
            assertThatThrownBy(this::read)
                    .hasMessageContaining(folder + " holds the data of an etcd that has run with it")
                    .hasMessageContaining("--restore-from")
                    .hasMessageContaining("make-mirror");
        }
        write("0.wal", WRITTEN);
        assertThat(read().members()).hasSize(3);
        write("1.wal", WRITTEN);
        assertThatThrownBy(this::read).hasMessageContaining("an etcd that has run with it");
    }

    @Test
    void aLogThatIsNotWholeIsRefused() throws Exception {
        byte[] damaged = WRITTEN.clone();
        damaged[0x80]++;
        write("0.wal", damaged);
        assertThatThrownBy(this::read).hasMessageContaining("0.wal is damaged");
        Files.write(RestoredDirectory.log(folder).resolve("0.wal"), Arrays.copyOf(WRITTEN, 0x80));
        assertThatThrownBy(this::read).hasMessageContaining("0.wal ends within a record");
    }

    @Test
    void aDirectoryOfWhichHalfIsThereIsRefusedAndOneWithoutEitherIsNone() throws Exception {
        assertThatThrownBy(this::read).hasMessageContaining("no log (*.wal)").hasMessageContaining("--wal-dir");
        Files.delete(RestoredDirectory.database(folder));
        assertThat(RestoredDirectory.in(folder, RestoredDirectory.log(folder))).isEmpty();
        write("0.wal", WRITTEN);
        assertThatThrownBy(this::read).hasMessageContaining("there is no " + RestoredDirectory.database(folder));
    }
}
