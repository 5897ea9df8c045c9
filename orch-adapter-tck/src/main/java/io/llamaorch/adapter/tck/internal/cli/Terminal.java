package io.llamaorch.adapter.tck.internal.cli;

import io.llamaorch.adapter.spi.WorkerError;
import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Where a command reads and writes. Everything is UTF-8, whatever the platform's character set is. Standard output
 * carries results only; each thing written there is out when the method returns.
 */
final class Terminal {

    private static final String INTERACTIVE = "ORCH_TERMINAL";

    private final InputStream in;
    private final OutputStream out;
    private final PrintStream err;
    private final Map<String, String> environment;

    Terminal(InputStream in, OutputStream out, OutputStream err, Map<String, String> environment) {
        this.in = in;
        this.out = out;
        this.err = new PrintStream(err, true, StandardCharsets.UTF_8);
        this.environment = environment;
    }

    /** {@return the process's own} */
    static Terminal ofProcess() {
        return new Terminal(
                System.in,
                new FileOutputStream(FileDescriptor.out),
                new FileOutputStream(FileDescriptor.err),
                System.getenv());
    }

    Map<String, String> environment() {
        return environment;
    }

    /** Writes to standard output. */
    void print(String text) {
        try {
            out.write(text.getBytes(StandardCharsets.UTF_8));
            out.flush();
        } catch (IOException e) {
            throw new OutputClosedException(e);
        }
    }

    /** Writes a line to standard output. */
    void println(String line) {
        print(line + "\n");
    }

    /** Writes a line to standard output, or does not if nobody reads it. */
    void tryPrintln(String line) {
        try {
            println(line);
        } catch (OutputClosedException closed) {
            // Whoever left does not miss it.
        }
    }

    /** {@return standard output, for the help} */
    PrintWriter out() {
        return new PrintWriter(out, true, StandardCharsets.UTF_8);
    }

    /** {@return whether a person looks on who can see a line move; the start script knows} */
    boolean isInteractive() {
        return environment.containsKey(INTERACTIVE);
    }

    /** Shows a line on standard error in place of the one before; nothing for no line. */
    void status(String line) {
        err.print("\r" + line + "\u001b[K");
        err.flush();
    }

    /** Tells the person something, in one line on standard error. */
    void tell(String message) {
        err.print("orch: " + oneLine(message) + "\n");
        err.flush();
    }

    /** Tells the person of a failure. */
    void tell(WorkerError error) {
        tell(error.toString());
    }

    /** Reads standard input to its end. */
    String readAll() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        in.transferTo(all);
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(all.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("standard input is not UTF-8: convert it first", e);
        }
    }

    private static String oneLine(String text) {
        return text.strip().replaceAll("\\p{Cntrl}+", " ");
    }

    /** Standard output takes nothing more: its reader left, or the disk is full. */
    static final class OutputClosedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        OutputClosedException(IOException cause) {
            super(cause.getMessage(), cause);
        }
    }
}
