import java.io.File;
import java.util.LinkedHashMap;
import java.util.Map;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/** Validates files with veraPDF. Arguments: FLAVOUR FILE pairs; prints one tab-separated record a line. */
public class Validate {
    public static void main(String[] arguments) throws Exception {
        VeraGreenfieldFoundryProvider.initialise();
        for (int i = 0; i < arguments.length; i += 2) {
            PDFAFlavour flavour = PDFAFlavour.byFlavourId(arguments[i]);
            try (var parser = Foundries.defaultInstance().createParser(new File(arguments[i + 1]), flavour);
                    var validator = Foundries.defaultInstance().createValidator(flavour, 1, false, true, false)) {
                ValidationResult result = validator.validate(parser);
                Map<Object, TestAssertion> examples = new LinkedHashMap<>();
                result.getTestAssertions().forEach(one -> examples.putIfAbsent(one.getRuleId(), one));
                print("file", arguments[i], arguments[i + 1], result.isCompliant(), result.getTotalAssertions());
                result.getFailedChecks().forEach((rule, count) -> print("rule", rule.getClause() + "-" + rule.getTestNumber(),
                        count, examples.get(rule).getMessage(), examples.get(rule).getLocation().getContext()));
            }
        }
    }

    private static void print(Object... fields) {
        StringBuilder line = new StringBuilder();
        for (Object field : fields) {
            line.append(line.isEmpty() ? "" : "\t").append(String.valueOf(field).replaceAll("\\s+", " "));
        }
        System.out.println(line);
    }
}
