using System.Diagnostics;
using TraceFast.Data;
using TraceFast.Tests;
using TraceFast.Training.Configuration;

namespace TraceFast.Training.Tests.Configuration;

public sealed class MutatedConfigurationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Mutated_configurations_give_a_configuration_or_an_input_error_and_nothing_else()
    {
        byte[] original = System.Text.Encoding.UTF8.GetBytes(
            "model_name_or_path: m\nstage: iopo\n# comment\npref_beta: 0.1\nlr_scheduler_type: cosine\n"
                + "lr_scheduler_kwargs: {num_cycles: 2}\ndataset: [a, 'b']\noutput_dir: \"o\"\n"
            + "lora_target: |\n  all\ndeepspeed:\n  zero: {stage: 3}\nbf16: true\nval_size: 0.1\n");
        string path = _folder["c.yaml"];
        byte[][] hostile = [
            .. new[] { "&a [*a,*a]", "[[[[[[", "{{{{", "? ? ?", "%YAML 9.9\n---\n", "!!binary x", "\0", "\u2028", "<<: *x", "- - - -",
                "\t\t", "|9\n", "'", "\"\\x" }.Select(System.Text.Encoding.UTF8.GetBytes)];
        Random random = new(11);
        Stopwatch watch = Stopwatch.StartNew();
        int accepted = 0;
        for (int trial = 0; trial < 600; trial++)
        {
            List<byte> bytes = new(original);
            for (int change = random.Next(1, 5); change > 0; change--)
            {
                int at = random.Next(bytes.Count);
                switch (random.Next(4))
                {
                    case 0:
                        bytes[at] ^= (byte)(1 << random.Next(8));
                        break;
                    case 1:
                        bytes.RemoveRange(at, bytes.Count - at);
                        bytes.Add((byte)'\n');
                        break;
                    case 2:
                        bytes.InsertRange(at, hostile[random.Next(hostile.Length)]);
                        break;
                    default:
                        bytes.InsertRange(at, Enumerable.Repeat(bytes[at], random.Next(1, 400)));
                        break;
                }
            }
            File.WriteAllBytes(path, [.. bytes]);
            try
            {
                _ = RunConfiguration.Load(path).Effective;
                accepted++;
            }
            catch (InputException e)
            {
                Assert.NotEmpty(e.Message);
            }
        }
        Assert.InRange(accepted, 1, 550);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), $"took {watch.Elapsed}");
    }
}
