using TraceFast.Inference.Export;

namespace TraceFast.Inference.Tests.Export;

/// <summary>Every precision of every family against the trainer.</summary>
public sealed class PrecisionTests(ITestOutputHelper output)
{
    public static MatrixTheoryData<string, ExportPrecision> Cases =>
        new(OracleCases.Families, [ExportPrecision.Float32, ExportPrecision.Float16, ExportPrecision.Int8, ExportPrecision.Int4]);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Logits_are_near_the_trainers(string name, ExportPrecision precision)
    {
        string model = OracleCases.Model(name);
        using TemporaryFolder folder = new();
        ExportReport found = CheckedExport.Run(
            model, null, folder["onnx"], new ExportOptions { Precision = precision }, Exported.Quiet, _ => { });
        ParityReport report = found.Parity;
        output.WriteLine(
            $"{name} {precision}: largest {report.Largest / report.Spread:g3}, rms {report.RootMeanSquare / report.Spread:g3} of the "
                + $"spread {report.Spread:g3}, same best {report.SameBest:p0}");
        Assert.True(found.Passed, found.ToText());
    }
}
