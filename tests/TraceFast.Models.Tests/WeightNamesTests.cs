using System.Globalization;
using TraceFast.Models.Lora;
using TraceFast.Tests;

namespace TraceFast.Models.Tests;

/// <summary>Approved names and shapes of every family's weights, under which they are trained, saved and found in files.</summary>
public sealed class WeightNamesTests
{
    private static readonly string s_approved =
        Path.Combine(Oracles.RepositoryRoot, "tests", "TraceFast.Models.Tests", "Approved", "weights.txt");

    [Fact]
    public void Names_and_shapes_are_the_approved_ones()
    {
        StringWriter text = new(CultureInfo.InvariantCulture) { NewLine = "\n" };
        foreach (string family in TinyModels.Families)
        {
            using Decoder decoder = TinyModels.Decoder(family, torch.ScalarType.Float32);
            using LoraAdapter adapter = LoraAdapter.Create(new LoraConfig { Rank = 2 }, decoder, 0);
            text.WriteLine($"# {family}");
            foreach ((string name, long[] shape) in decoder.ParameterShapes)
                text.WriteLine($"{name} [{string.Join(", ", shape)}]");
            text.WriteLine($"# {family}, adapter on all linear layers");
            foreach ((string name, torch.Tensor value) in adapter.Parameters)
                text.WriteLine($"{name} [{string.Join(", ", value.shape)}]");
        }

        string received = text.ToString();
        if (!File.Exists(s_approved) || File.ReadAllText(s_approved) != received)
        {
            string other = Path.ChangeExtension(s_approved, ".received.txt");
            Directory.CreateDirectory(Path.GetDirectoryName(other)!);
            File.WriteAllText(other, received);
            Assert.Fail($"names or shapes changed: compare {other} with {s_approved}, and rename it if the change is meant");
        }
    }
}
