using TraceFast.Inference.Export;
using TraceFast.Inference.Sessions;

namespace TraceFast.Inference.Tests.Export;

/// <summary>Every precision of every family against the trainer.</summary>
public sealed class PrecisionTests(ITestOutputHelper output)
{
    public static MatrixTheoryData<string, ExportPrecision> Cases =>
        new(OracleCases.Families, [ExportPrecision.Float32, ExportPrecision.Float16, ExportPrecision.Int8, ExportPrecision.Int4]);

    [Theory]
    [MemberData(nameof(Cases))]
    public void LogitsAreNearTheTrainers(string name, ExportPrecision precision)
    {
        string model = OracleCases.Model(name);
        using TemporaryFolder folder = new();
        using OnnxDecoder decoder = Exported.Open(model, null, folder, new ExportOptions { Precision = precision });
        ParityReport report = ParityCheck.Run(model, null, decoder, precision);
        output.WriteLine($"{name} {precision}: largest {report.Largest / report.Spread:g3}, rms {report.RootMeanSquare / report.Spread:g3} of the spread {report.Spread:g3}, same best {report.SameBest:p0}");
        Assert.True(report.Passed, $"{report}");
    }
}
