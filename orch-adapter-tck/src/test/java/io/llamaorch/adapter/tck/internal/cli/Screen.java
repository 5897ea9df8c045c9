package io.llamaorch.adapter.tck.internal.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** A terminal whose keyboard and screen are the test's. */
final class Screen {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    /** {@return a terminal on this screen} */
    Terminal terminal(String input, Map<String, String> environment) {
        return new Terminal(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)), out, err, environment);
    }

    /** Runs a command with an empty environment and nothing typed. */
    int run(String... args) {
        return Orch.run(terminal("", Map.of()), args);
    }

    String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    List<String> outLines() {
        return out().lines().toList();
    }

    String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    List<String> errLines() {
        return err().lines().toList();
    }

    /** {@return a terminal whose reader leaves after so many bytes} */
    Terminal closingAfter(int bytes) {
        OutputStream pipe = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                if (out.size() >= bytes) {
                    throw new IOException("Broken pipe");
                }
                out.write(b);
            }
        };
        return new Terminal(InputStream.nullInputStream(), pipe, err, Map.of());
    }
}
