package io.llamaorch.adapter.tck.internal.report;

import java.io.StringWriter;
import java.util.Locale;
import java.util.Map;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/** A report in the form that build servers know from JUnit. */
final class JUnitReport {

    private static final String SUITE = "io.llamaorch.adapter.tck.AdapterConformance";

    private JUnitReport() {}

    static String of(ConformanceReport report) {
        StringWriter text = new StringWriter();
        try {
            XMLStreamWriter xml = XMLOutputFactory.newInstance().createXMLStreamWriter(text);
            xml.writeStartDocument("UTF-8", "1.0");
            suite(xml, report);
            xml.writeEndDocument();
            xml.close();
        } catch (XMLStreamException e) {
            throw new IllegalStateException("the report cannot be written as XML", e);
        }
        return text + "\n";
    }

    private static void suite(XMLStreamWriter xml, ConformanceReport report) throws XMLStreamException {
        xml.writeStartElement("testsuite");
        xml.writeAttribute("name", SUITE);
        xml.writeAttribute("tests", Integer.toString(report.findings().size()));
        xml.writeAttribute("failures", Integer.toString(report.count(Verdict.FAILED, Verdict.MENDED)));
        xml.writeAttribute("errors", "0");
        xml.writeAttribute("skipped", Integer.toString(report.count(Verdict.NOT_TESTABLE, Verdict.EXPECTED)));
        xml.writeAttribute("time", seconds(report.took()));
        xml.writeAttribute(
                "timestamp", report.surroundings().getOrDefault("date", "").replace("Z", ""));
        xml.writeStartElement("properties");
        properties(xml, report.subject());
        properties(xml, report.surroundings());
        xml.writeEndElement();
        for (Finding finding : report.findings()) {
            test(xml, finding);
        }
        xml.writeEndElement();
    }

    private static void properties(XMLStreamWriter xml, Map<String, String> facts) throws XMLStreamException {
        for (Map.Entry<String, String> fact : facts.entrySet()) {
            xml.writeEmptyElement("property");
            xml.writeAttribute("name", fact.getKey());
            xml.writeAttribute("value", clean(fact.getValue()));
        }
    }

    private static void test(XMLStreamWriter xml, Finding finding) throws XMLStreamException {
        xml.writeStartElement("testcase");
        xml.writeAttribute("classname", SUITE);
        xml.writeAttribute("name", finding.name());
        xml.writeAttribute("time", seconds(finding.took()));
        switch (finding.verdict()) {
            case FAILED, MENDED -> {
                xml.writeStartElement("failure");
                xml.writeAttribute("message", clean(headline(finding)));
                xml.writeAttribute("type", "io.llamaorch.adapter.tck.RuleBroken");
                xml.writeCharacters(clean(finding.told()));
                xml.writeEndElement();
            }
            case NOT_TESTABLE, EXPECTED -> {
                xml.writeEmptyElement("skipped");
                xml.writeAttribute("message", clean(headline(finding)));
            }
            case PASSED, REFUSED -> {}
        }
        xml.writeEndElement();
    }

    private static String headline(Finding finding) {
        return finding.verdict().words()
                + finding.story()
                        .map(story -> ": expected " + story.expectation() + ", observed " + story.observation())
                        .orElse(finding.reason().isEmpty() ? "" : ": " + finding.reason());
    }

    /** What XML cannot hold, engines may send. */
    private static String clean(String text) {
        return text.replaceAll("[^\\t\\n\\r\\x20-\\uD7FF\\uE000-\\uFFFD\\x{10000}-\\x{10FFFF}]", "\uFFFD");
    }

    private static String seconds(java.time.Duration time) {
        return String.format(Locale.ROOT, "%.3f", time.toNanos() / 1e9);
    }
}
