import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Draws the report of the comparison of JVM clients as one SVG: {@code java Chart.java report.md > comparison.svg}. What
 * the report lacks is left out. The picture needs nothing but itself, and follows the reader's light or dark theme.
 */
public final class Chart {

    /** What is drawn, in this order: ours first, the limit last. */
    private static final Map<String, String> NAMES = new LinkedHashMap<>();

    static {
        NAMES.put("orch", "orch-adapter (non-blocking)");
        NAMES.put("orch-subscribe", "orch-adapter (subscribe)");
        NAMES.put("orch-iterator", "orch-adapter (iterator)");
        NAMES.put("orch-host", "orch-adapter (host)");
        NAMES.put("okhttp-sse", "OkHttp SSE");
        NAMES.put("spring-webclient", "Spring WebClient");
        NAMES.put("jdk-lines", "JDK HttpClient by hand");
        NAMES.put("langchain4j", "LangChain4j");
        NAMES.put("openai-java", "openai-java");
        NAMES.put("raw", "blocking socket (nothing parsed)");
    }

    private static final String PACED = "200 streams at 50 tokens/s";

    private static final List<Panel> PANELS = List.of(
            new Panel(
                    "CPU per token, " + PACED,
                    "times a blocking socket's",
                    "(i) CPU time per token, µs: " + PACED,
                    Kind.RATIO),
            new Panel(
                    "Time to first token",
                    "µs more than a blocking socket",
                    "(v) Time to first token over raw's, µs",
                    Kind.EXCESS),
            new Panel(
                    "CPU per token, burst, 1 stream", "µs", "(i) CPU time per token, µs: burst, 1 stream", Kind.LINEAR),
            new Panel(
                    "CPU per token, burst, 32 streams",
                    "µs",
                    "(i) CPU time per token, µs: burst, 32 streams",
                    Kind.LINEAR),
            new Panel(
                    "Allocation per token, burst",
                    "bytes, log scale",
                    "(ii) Bytes allocated per token: burst, 1 stream",
                    Kind.LOG),
            new Panel(
                    "Allocation per token, " + PACED,
                    "bytes, log scale",
                    "(ii) Bytes allocated per token: " + PACED,
                    Kind.LOG),
            new Panel(
                    "Delivery lag, median, " + PACED,
                    "µs, log scale",
                    "(iv) " + PACED + " for 10 s: delivery lag p50, µs",
                    Kind.LOG),
            new Panel(
                    "Delivery lag, 99th percentile, same",
                    "µs, log scale",
                    "(iv) " + PACED + " for 10 s: delivery lag p99, µs",
                    Kind.LOG),
            new Panel(
                    "Failed requests, real llama-server",
                    "%",
                    "(v) Failed requests, %, real llama-server",
                    Kind.LINEAR),
            new Panel(
                    "Failed requests, server that closes",
                    "%",
                    "(v) Failed requests, %, server that closes",
                    Kind.LINEAR));

    private static final int COLUMNS = 2;
    private static final int MARGIN = 24;
    private static final int PANEL_WIDTH = 560;
    private static final int LABELS = 214;
    private static final int BARS = 272;
    private static final int ROW = 21;
    private static final int BAR = 14;
    private static final int PANEL_HEAD = 48;
    private static final int PANEL_FOOT = 38;
    private static final int PAGE_HEAD = 92;
    private static final int PAGE_FOOT = 44;

    private static final String STYLE = """
            text { font: 12px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: #1f2328; }
            .page { fill: #ffffff; }
            .head { font-size: 19px; font-weight: 600; }
            .title { font-size: 14px; font-weight: 600; }
            .unit, .tick, .foot { fill: #59636e; }
            .tick { font-size: 10.5px; }
            .ours { fill: #0969da; }
            .figure { stroke: #ffffff; stroke-width: 4px; paint-order: stroke; stroke-linejoin: round; }
            .own { font-weight: 600; }
            .rival { fill: #a3abb4; }
            .limit { fill: none; stroke: #59636e; stroke-width: 1.2; }
            .grid { stroke: #d9dee3; stroke-width: 1; }
            .mark { stroke: #1f2328; stroke-width: 1.4; stroke-dasharray: 4 3; }
            @media (prefers-color-scheme: dark) {
              text { fill: #e6edf3; }
              .page { fill: #0d1117; }
              .figure { stroke: #0d1117; }
              .unit, .tick, .foot { fill: #9198a1; }
              .ours { fill: #4493f8; }
              .rival { fill: #656c76; }
              .limit { stroke: #9198a1; }
              .grid { stroke: #2b323b; }
              .mark { stroke: #e6edf3; }
            }
            """;

    private final StringBuilder svg = new StringBuilder();

    private Chart() {}

    private enum Kind {
        /** The column "x raw", with raw's own row as a line at 1. */
        RATIO,
        /** The median over raw's, in which raw itself is nothing; it may be below zero. */
        EXCESS,
        LINEAR,
        LOG
    }

    /** One diagram: what it shows, in which unit, and the beginning of its section's title in the report. */
    private record Panel(String title, String unit, String section, Kind kind) {}

    private record Row(double median, Optional<Double> ratio) {}

    private record Bar(String peer, double value) {}

    /** The report: what it was measured on, and its tables by their titles. */
    private record Report(String machine, Map<String, Map<String, Row>> tables) {

        static Report read(List<String> lines) {
            String machine = "";
            Map<String, Map<String, Row>> tables = new LinkedHashMap<>();
            Map<String, Row> table = new LinkedHashMap<>();
            for (String line : lines) {
                if (line.startsWith("### ")) {
                    table = new LinkedHashMap<>();
                    tables.put(line.substring("### ".length()).strip(), table);
                } else if (line.startsWith("| ") && !line.startsWith("| peer |")) {
                    String[] cells = line.split("\\|");
                    if (cells.length > 4) {
                        Optional<Double> median = number(cells[2]);
                        if (median.isPresent()) {
                            table.put(cells[1].strip(), new Row(median.get(), number(cells[4])));
                        }
                    }
                } else if (line.matches("\\d{4}-\\d\\d-\\d\\dT.*")) {
                    machine = machine(line);
                }
            }
            return new Report(machine, tables);
        }

        /** From "time; JDK; system; processor; load": the JDK and the processor. */
        private static String machine(String line) {
            String[] parts = line.split(";");
            return parts.length < 4 ? "" : "JDK " + parts[1].strip() + "; " + parts[3].strip();
        }

        private static Optional<Double> number(String cell) {
            String digits = cell.strip().split(" ")[0].replace(",", "");
            try {
                return Optional.of(Double.valueOf(digits));
            } catch (NumberFormatException e) {
                return Optional.empty();
            }
        }

        List<Bar> bars(Panel panel) {
            List<Bar> bars = new ArrayList<>();
            tables.forEach((title, rows) -> {
                if (title.startsWith(panel.section)) {
                    for (String peer : NAMES.keySet()) {
                        Row row = rows.get(peer);
                        boolean isLine = peer.equals("raw") && panel.kind != Kind.LINEAR && panel.kind != Kind.LOG;
                        if (row != null && !isLine) {
                            Optional<Double> value = panel.kind == Kind.RATIO ? row.ratio : Optional.of(row.median);
                            value.ifPresent(number -> bars.add(new Bar(peer, number)));
                        }
                    }
                }
            });
            return bars;
        }
    }

    /** From a value to a place on the axis. */
    private record Axis(double least, double most, boolean log) {

        static Axis of(Kind kind, List<Bar> bars) {
            double most = bars.stream().mapToDouble(Bar::value).max().orElse(1);
            if (kind != Kind.LOG) {
                return new Axis(0, most > 0 ? Math.max(most, kind == Kind.RATIO ? 1 : 0) : 1, false);
            }
            double least = bars.stream()
                    .mapToDouble(Bar::value)
                    .filter(value -> value > 0)
                    .min()
                    .orElse(1);
            double decade = Math.pow(10, Math.floor(Math.log10(least)));
            return new Axis(least < 1.5 * decade ? decade / 10 : decade, Math.max(most, 10 * decade), true);
        }

        double place(double value) {
            if (value <= least) {
                return 0;
            }
            return BARS * (log ? Math.log(value / least) / Math.log(most / least) : value / most);
        }

        List<Double> ticks() {
            List<Double> ticks = new ArrayList<>();
            double step = log ? 10 : step();
            for (double tick = least; tick <= most; tick = log ? tick * step : tick + step) {
                ticks.add(tick);
            }
            return ticks;
        }

        /** One, two or five times a power of ten, so that there are three to six steps. */
        private double step() {
            double decade = Math.pow(10, Math.floor(Math.log10(most)));
            double times = most / decade;
            return decade * (times < 2 ? 0.5 : times < 5 ? 1 : 2);
        }
    }

    public static void main(String[] args) throws IOException {
        if (args.length != 1) {
            System.err.println("usage: java Chart.java report.md > comparison.svg");
            System.exit(2);
        }
        Report report = Report.read(Files.readAllLines(Path.of(args[0])));
        new PrintStream(System.out, true, StandardCharsets.UTF_8).print(new Chart().draw(report));
    }

    private String draw(Report report) {
        List<Panel> panels =
                PANELS.stream().filter(panel -> !report.bars(panel).isEmpty()).toList();
        int bars = panels.stream()
                .mapToInt(panel -> report.bars(panel).size())
                .max()
                .orElse(0);
        int panelHeight = PANEL_HEAD + bars * ROW + PANEL_FOOT;
        int lines = (panels.size() + COLUMNS - 1) / COLUMNS;
        int width = COLUMNS * PANEL_WIDTH + 2 * MARGIN;
        int height = PAGE_HEAD + lines * panelHeight + PAGE_FOOT;
        line(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\">",
                width, height, width, height);
        line("<title>JVM clients that stream tokens from llama-server, compared</title>");
        line("<style>%n%s</style>", STYLE);
        line("<rect class=\"page\" width=\"%d\" height=\"%d\"/>", width, height);
        head();
        for (int i = 0; i < panels.size(); i++) {
            int x = MARGIN + i % COLUMNS * PANEL_WIDTH;
            int y = PAGE_HEAD + i / COLUMNS * panelHeight;
            line("<g transform=\"translate(%d %d)\">", x, y);
            panel(panels.get(i), report.bars(panels.get(i)));
            line("</g>");
        }
        text(
                MARGIN,
                height - 18,
                "foot",
                "start",
                "Medians over the rounds of one run" + (report.machine.isEmpty() ? "." : "; " + report.machine + "."));
        line("</svg>");
        return svg.toString();
    }

    private void head() {
        text(
                MARGIN,
                36,
                "head",
                "start",
                "Streaming tokens from llama-server: JVM clients compared (less is better everywhere)");
        int x = MARGIN;
        x = legend(x, "ours", "this project");
        x = legend(x, "rival", "other clients");
        legend(x, "limit", NAMES.get("raw") + ", a thread for each stream: what the others are measured by");
    }

    private int legend(int x, String style, String meaning) {
        line("<rect class=\"%s\" x=\"%d\" y=\"54\" width=\"%d\" height=\"12\" rx=\"2\"/>", style, x, BAR);
        text(x + 20, 64.5, "unit", "start", meaning);
        return x + 48 + 7 * meaning.length();
    }

    private void panel(Panel panel, List<Bar> bars) {
        text(0, 18, "title", "start", panel.title);
        text(0, 35, "unit", "start", panel.unit + "; less is better");
        Axis axis = Axis.of(panel.kind, bars);
        int bottom = PANEL_HEAD + bars.size() * ROW;
        for (double tick : axis.ticks()) {
            double x = LABELS + axis.place(tick);
            line("<line class=\"grid\" x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\"/>", x, PANEL_HEAD - 4, x, bottom);
            text(x, bottom + 13, "tick", "middle", tick(tick));
        }
        for (int i = 0; i < bars.size(); i++) {
            bar(bars.get(i), axis, PANEL_HEAD + i * ROW);
        }
        if (panel.kind == Kind.RATIO) {
            double x = LABELS + axis.place(1);
            line("<line class=\"mark\" x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\"/>", x, PANEL_HEAD - 4, x, bottom);
            text(x, bottom + 27, "tick", "middle", "blocking socket");
        }
        for (int i = 0; i < bars.size(); i++) {
            figure(bars.get(i), axis, PANEL_HEAD + i * ROW); // over the lines
        }
    }

    private void bar(Bar bar, Axis axis, int y) {
        boolean own = bar.peer.startsWith("orch");
        boolean limit = bar.peer.equals("raw");
        double length = Math.max(1.5, axis.place(bar.value));
        int top = y + (ROW - BAR) / 2;
        text(LABELS - 8, y + 15, own ? "own" : "", "end", NAMES.get(bar.peer));
        line(
                "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\"/>",
                own ? "ours" : limit ? "limit" : "rival", LABELS, top, length, BAR);
    }

    private void figure(Bar bar, Axis axis, int y) {
        String style = bar.peer.startsWith("orch") ? "figure own" : "figure";
        text(LABELS + Math.max(1.5, axis.place(bar.value)) + 6, y + 15, style, "start", number(bar.value));
    }

    private void text(double x, double y, String style, String anchor, String text) {
        line(
                "<text x=\"%.1f\" y=\"%.1f\" class=\"%s\" text-anchor=\"%s\">%s</text>",
                x, y, style, anchor, text.replace("&", "&amp;").replace("<", "&lt;"));
    }

    private void line(String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values)).append('\n');
    }

    /** Without digits that say nothing. */
    private static String tick(double value) {
        return value == Math.rint(value) ? number(value) : String.format(Locale.ROOT, "%.1f", value);
    }

    /** Three digits that count, or all of a whole number's. */
    private static String number(double value) {
        double size = Math.abs(value);
        String format =
                size >= 100 || value == Math.rint(value) ? "%,.0f" : size >= 10 ? "%.1f" : size >= 1 ? "%.2f" : "%.3f";
        return String.format(Locale.ROOT, format, value);
    }
}
