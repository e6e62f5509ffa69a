using System.Text.Json;
using TraceFast.Kernels.IopoLoss;
using TraceFast.Kernels.Libtorch;
using TraceFast.Kernels.TreeAttention;
using TraceFast.Models.Lora;

namespace TraceFast.Models.Tests;

/// <summary>
/// IOPO quads as packed trees, through iopo_loss, against the library's unpadded rows: policy and reference log-probs, D, loss and adapter
/// gradients.
/// The trees are common prefix of x1 and x2 | rest of x1 | y1, y2 | rest of x2 | y2, y1.
/// </summary>
public sealed class IopoEndToEndTests
{
    public static TheoryData<string, string> Cases => OracleCases.WithKernels(OracleCases.EndToEnd, interpreted: OracleCases.EndToEnd);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Quads_in_packed_trees_equal_the_library(string family, string kernels)
    {
        JsonElement entry = OracleCases.Entry("iopo_e2e", family);
        using JsonDocument records = JsonDocument.Parse(
            File.ReadAllBytes(Path.Combine(OracleCases.Folder("iopo_e2e", family), "records.json")));
        double beta = records.RootElement.GetProperty("beta").GetDouble();
        double smoothing = records.RootElement.GetProperty("label_smoothing").GetDouble();
        foreach (torch.ScalarType dtype in new[] { torch.ScalarType.Float32, torch.ScalarType.Float64 })
        {
            bool wide = dtype == torch.ScalarType.Float64;
            using DisposeScope scope = torch.NewDisposeScope();
            using Golden golden = new(Path.Combine(OracleCases.Folder("iopo_e2e", family), "golden.safetensors"));
            using Decoder decoder = Decoder.Load(
                OracleCases.Base(entry), new DecoderOptions { ComputeDtype = dtype, Kernels = OracleCases.Kernels[kernels] });
            using LoraAdapter adapter = LoraAdapter.Load(
                TraceFast.Tests.Oracles.Require(["oracles", "hf", .. entry.GetProperty("adapter").GetString()!.Split('/')]), decoder);
            decoder.Attach(adapter);
            QuadPack pack = new(records.RootElement.GetProperty("records"));

            torch.Tensor logp = pack.LogProbs(decoder);
            IopoLossKernel iopo = OracleCases.Kernels[kernels].IopoLoss;
            IopoLossOptions options = new(beta, smoothing);
            torch.Tensor none = torch.zeros(4 * pack.Records, torch.float64);
            torch.Tensor weight = torch.full([pack.Records], 1.0 / pack.Records, dtype: torch.float64); // the mean over records
            decoder.AdapterEnabled = false;
            torch.Tensor reference;
            using (torch.no_grad())
                reference = iopo.Evaluate(pack.LogProbs(decoder), pack.Segments(), none, weight, options).Sums;
            decoder.AdapterEnabled = true;
            IopoLossResult result = iopo.Evaluate(logp.detach(), pack.Segments(), reference.view(-1), weight, options);

            string suffix = wide ? "f64x" : "f32";
            double tolerance = OracleCases.Tolerance(entry, wide ? "f64_run_abs" : "logps_f32_abs");
            Numbers.AssertClose(
                golden.Doubles($"policy_logps_{suffix}"), Numbers.Doubles(result.Sums), tolerance, $"{family} {dtype} policy");
            Numbers.AssertClose(
                golden.Doubles($"ref_logps_{suffix}"), Numbers.Doubles(reference), tolerance, $"{family} {dtype} reference");
            Numbers.AssertClose(golden.Doubles($"D_{suffix}"), Numbers.Doubles(result.Margin), 8 * tolerance, $"{family} {dtype} D");
            Numbers.AssertClose(
                golden.Doubles($"loss_{suffix}"), Numbers.Doubles(result.Loss), wide ? 1e-9 : OracleCases.Tolerance(entry, "loss_f32_abs"),
                $"{family} {dtype} loss");
            Autograd.Backward(logp, result.Gradient);
            double relative = wide ? 1e-9 : OracleCases.Tolerance(entry, "grads_f32_rel_to_tensor_max_abs");
            foreach ((string name, torch.Tensor value) in decoder.TrainableParameters)
            {
                double[] expected = golden.Doubles($"grad.{name}");
                Numbers.AssertClose(
                    expected, Numbers.Doubles(value.grad!), relative * Numbers.Scale(expected), $"{family} {dtype} gradient of {name}");
            }
        }
    }

    /// <summary>All records of the case in one run.</summary>
    private sealed class QuadPack
    {
        private readonly List<int> _tokens = [];
        private readonly List<int> _starts = [];
        private readonly List<int> _lengths = [];
        private readonly List<int> _parents = [];
        private readonly List<int> _firsts = [];
        private readonly List<long> _predictRows = [];
        private readonly List<long> _targets = [];
        private readonly List<int> _segments = [0];
        private readonly int _recordCount;

        public QuadPack(JsonElement records)
        {
            foreach (JsonElement record in records.EnumerateArray())
            {
                int[] Ids(string key) => [.. record.GetProperty(key).EnumerateArray().Select(v => v.GetInt32())];
                (int[] x1, int[] x2, int[] y1, int[] y2) = (Ids("x1"), Ids("x2"), Ids("y1"), Ids("y2"));
                int shared = 0;
                // A prompt keeps at least one token of its own: its last place predicts the response.
                while (shared < Math.Min(x1.Length, x2.Length) - 1 && x1[shared] == x2[shared])
                    shared++;
                int prefix = shared == 0 ? -1 : Segment(x1[..shared], -1, 0);
                int first = Segment(x1[shared..], prefix, shared);
                Response(y1, first);
                Response(y2, first);
                int second = Segment(x2[shared..], prefix, shared);
                Response(y2, second);
                Response(y1, second);
                _recordCount++;
            }
        }

        public int Records => _recordCount;

        /// <summary>
        /// [tokens]: the log-prob of every response token, sequence after sequence: x1y1, x1y2, x2y2, x2y1 of each record.
        /// </summary>
        public torch.Tensor LogProbs(Decoder decoder)
        {
            TreeLayout layout = new([.. _starts], [.. _lengths], [.. _parents], [.. _firsts]);
            torch.Tensor hidden = decoder.Forward(RandomTree.Ids(_tokens), layout);
            return decoder.LogProbs(hidden.index_select(0, torch.tensor(_predictRows.ToArray())), torch.tensor(_targets.ToArray()));
        }

        /// <summary>[4 records + 1] int32: where each sequence begins in <see cref="LogProbs"/>, and the end.</summary>
        public torch.Tensor Segments() => torch.tensor(_segments.ToArray());

        private int Segment(int[] ids, int parent, int first)
        {
            _starts.Add(_tokens.Count);
            _lengths.Add(ids.Length);
            _parents.Add(parent);
            _firsts.Add(first);
            _tokens.AddRange(ids);
            return _starts.Count - 1;
        }

        private void Response(int[] ids, int prompt)
        {
            int lastOfPrompt = _starts[prompt] + _lengths[prompt] - 1;
            int at = _starts[Segment(ids, prompt, _firsts[prompt] + _lengths[prompt])];
            for (int i = 0; i < ids.Length; i++)
            {
                _predictRows.Add(i == 0 ? lastOfPrompt : at + i - 1);
                _targets.Add(ids[i]);
            }
            _segments.Add(_targets.Count);
        }
    }
}
