#pragma warning disable RCS0056 // Lines of data are as long as they are.
using System.Text.Json.Nodes;
using TraceFast.Data;
using TraceFast.Models.Lora;

namespace TraceFast.Models.Tests;

/// <summary>PEFT's adapter settings: which modules they select, what is refused, what is written.</summary>
public sealed class LoraConfigTests
{
    private static readonly string[] s_modules =
    [
        .. Enumerable.Range(0, 3)
            .SelectMany(l => new[] { "self_attn.q_proj", "self_attn.v_proj", "mlp.up_proj" }.Select(m => $"model.layers.{l}.{m}")),
        "lm_head",
    ];

    public static TheoryData<string, string, string> Refused => new()
    {
        { "peft_type", "\"IA3\"", "expected LORA" },
        { "task_type", "\"SEQ_CLS\"", "expected CAUSAL_LM" },
        { "use_dora", "true", "'use_dora': found true" },
        { "bias", "\"all\"", "trained biases" },
        { "fan_in_fan_out", "true", "expected false" },
        { "init_lora_weights", "\"pissa\"", "change the base weights" },
        { "init_lora_weights", "\"pissa_niter_4\"", "change the base weights" },
        { "init_lora_weights", "\"olora\"", "change the base weights" },
        { "init_lora_weights", "\"corda\"", "change the base weights" },
        { "init_lora_weights", "\"loftq\"", "change the base weights" },
        { "layer_replication", "[[0,2]]", "'layer_replication'" },
        { "lora_bias", "true", "'lora_bias'" },
        { "target_parameters", "[\"experts\"]", "'target_parameters'" },
        { "trainable_token_indices", "[1]", "'trainable_token_indices'" },
        { "some_future_variant", "{\"a\":1}", "'some_future_variant'" },
        { "r", "0", "a whole number from 1" },
        { "r", "1.5", "a whole number" },
        { "lora_dropout", "1", "below 1" },
        { "rank_pattern", "{\"q_proj\":0}", "a whole number from 1" },
        { "target_modules", "null", "module names" },
        { "layers_to_transform", "[-1]", "whole numbers from 0" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_is_not_supported_is_named(string key, string value, string expected)
    {
        using TemporaryFolder folder = new();
        JsonObject json = JsonNode.Parse("""{"peft_type":"LORA","r":8,"lora_alpha":16,"target_modules":["q_proj"]}""")!.AsObject();
        json[key] = JsonNode.Parse(value);
        File.WriteAllText(folder["adapter_config.json"], json.ToJsonString());
        Assert.Contains(
            expected, Assert.ThrowsAny<InputException>(() => LoraConfigFile.Read(folder["adapter_config.json"])).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("true", "{}")]
    [InlineData("false", "{}")]
    [InlineData("\"gaussian\"", "{}")]
    [InlineData("\"orthogonal\"", "{}")]
    [InlineData("\"eva\"", """{"rho":2.0,"tau":0.99,"whiten":false}""")]
    public void Beginnings_that_leave_the_base_alone_say_nothing_more(string begins, string eva)
    {
        using TemporaryFolder folder = new();
        string file = folder.Write(
            "adapter_config.json",
            $$"""{"peft_type":"LORA","r":8,"lora_alpha":16,"target_modules":["q_proj"],"init_lora_weights":{{begins}},"eva_config":{{eva}}}""");
        Assert.Equal((8, 16.0), (LoraConfigFile.Read(file).Rank, LoraConfigFile.Read(file).Alpha));
    }

    [Theory]
    [InlineData("""{"target_modules":["q_proj"]}""", "0.q 1.q 2.q")]
    [InlineData("""{"target_modules":["q_proj","model.layers.1.mlp.up_proj"]}""", "0.q 1.q 1.u 2.q")]
    [InlineData("""{"target_modules":["proj"]}""", "")]
    [InlineData("""{"target_modules":"all-linear"}""", "0.q 0.v 0.u 1.q 1.v 1.u 2.q 2.v 2.u")]
    [InlineData("""{"target_modules":".*\\.(q|v)_proj"}""", "0.q 0.v 1.q 1.v 2.q 2.v")]
    [InlineData("""{"target_modules":"q_proj"}""", "")]
    [InlineData("""{"target_modules":["q_proj","v_proj"],"layers_to_transform":[0,2]}""", "0.q 0.v 2.q 2.v")]
    [InlineData("""{"target_modules":["q_proj"],"layers_to_transform":1,"layers_pattern":"layers"}""", "1.q")]
    [InlineData("""{"target_modules":["q_proj"],"layers_to_transform":1,"layers_pattern":["blocks"]}""", "")]
    [InlineData("""{"target_modules":["q_proj","model.layers.2.mlp.up_proj"],"layers_to_transform":[0]}""", "0.q 2.u")]
    [InlineData("""{"target_modules":"all-linear","exclude_modules":["v_proj"]}""", "0.q 0.u 1.q 1.u 2.q 2.u")]
    [InlineData("""{"target_modules":"all-linear","exclude_modules":".*layers\\.[01].*"}""", "2.q 2.v 2.u")]
    [InlineData("""{"target_modules":["lm_head"]}""", "lm_head")]
    public void Targets_are_selected_as_by_peft(string settings, string expected)
    {
        LoraTargeting targeting = new(ReadSettings(settings), "adapter_config.json");
        IEnumerable<string> selected = s_modules.Where(m => targeting.Selects(m, m == "lm_head"))
            .Select(m => m == "lm_head" ? m : $"{m.Split('.')[2]}.{m.Split('.')[^1][0]}");
        Assert.Equal(expected, string.Join(' ', selected));
    }

    [Fact]
    public void The_first_pattern_that_matches_sets_rank_and_alpha()
    {
        LoraTargeting targeting = new(
            ReadSettings(
                """{"target_modules":["q_proj"],"rank_pattern":{"layers.1.self_attn.q_proj":4,"q_proj":2,"^x":9},"alpha_pattern":"""
                    + """{"layers\\.[12]\\..*":32},"use_rslora":true}"""), "adapter_config.json");
        Assert.Equal((2, 16 / Math.Sqrt(2)), targeting.RankAndScaling("model.layers.0.self_attn.q_proj"));
        Assert.Equal((4, 32 / Math.Sqrt(4)), targeting.RankAndScaling("model.layers.1.self_attn.q_proj"));
        Assert.Equal((8, 32 / Math.Sqrt(8)), targeting.RankAndScaling("model.layers.2.mlp.up_proj"));
    }

    [Theory]
    [InlineData("(((", "no valid regular expression")]
    [InlineData("(.*a?){60}!", "simplify it")]
    public void Bad_patterns_are_named(string pattern, string expected)
    {
        LoraTargeting targeting = new(new LoraConfig { Targets = new ModuleSelector.Pattern(pattern) }, "adapter_config.json");
        Assert.Contains(
            expected, Assert.Throws<InputException>(() => targeting.Selects(new string('a', 64), false)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("all")]
    [InlineData(" all ")]
    public void Llama_factorys_all_is_every_linear_layer(string text) =>
        Assert.IsType<ModuleSelector.AllLinear>(LoraConfig.ParseTargets(text));

    [Fact]
    public void Llama_factorys_list_is_split_at_commas() =>
        Assert.Equal(["q_proj", "v_proj"], Assert.IsType<ModuleSelector.Names>(LoraConfig.ParseTargets("q_proj, v_proj")).Values);

    [Fact]
    public void No_target_is_an_error() => Assert.Throws<InputException>(() => LoraConfig.ParseTargets(" , "));

    [Fact]
    public void What_is_written_is_read_back()
    {
        using TemporaryFolder folder = new();
        LoraConfig config = new()
        {
            Rank = 3,
            Alpha = 7.5,
            Dropout = 0.05,
            UseRsLora = true,
            Targets = new ModuleSelector.Names(["v_proj", "q_proj"]),
            Excluded = new ModuleSelector.Pattern(".*layers.0.*"),
            RankPattern = [KeyValuePair.Create("v_proj", 2), KeyValuePair.Create("q_proj", 5)],
            AlphaPattern = [KeyValuePair.Create("v_proj", 2.5)],
            LayersToTransform = [0, 2],
            LayersPattern = ["layers"],
            ModulesToSave = ["lm_head"],
            BaseModel = "some/model",
        };
        File.WriteAllBytes(folder["adapter_config.json"], LoraConfigFile.Write(config));
        LoraConfig read = LoraConfigFile.Read(folder["adapter_config.json"]);
        Assert.Equal(LoraConfigFile.Write(config), LoraConfigFile.Write(read));
        Assert.Equal(["q_proj", "v_proj"], Assert.IsType<ModuleSelector.Names>(read.Targets).Values);
        Assert.Equal(config.RankPattern, read.RankPattern);
        Assert.Equal(0.05, read.Dropout);
    }

    private static LoraConfig ReadSettings(string settings)
    {
        using TemporaryFolder folder = new();
        JsonObject json = JsonNode.Parse(settings)!.AsObject();
        json["peft_type"] = "LORA";
        json["r"] = 8;
        json["lora_alpha"] = 16;
        File.WriteAllText(folder["adapter_config.json"], json.ToJsonString());
        return LoraConfigFile.Read(folder["adapter_config.json"]);
    }
}
