using TraceFast.Data.Json;
using TraceFast.Models.Files;

namespace TraceFast.Models.Config;

/// <summary>
/// Reads rotary settings from config.json: rope_theta and rope_scaling, or the newer rope_parameters (for models with two
/// rotary embeddings keyed by layer type).
/// </summary>
internal static class RopeReader
{
    private const string Known = "default, linear, llama3, yarn";

    /// <param name="json">config.json.</param>
    /// <param name="name">Name of the rotary module.</param>
    /// <param name="headDim">Channels per head.</param>
    /// <param name="defaultTheta">The family's base where the file names none.</param>
    /// <param name="thetaKey">The key that holds the base.</param>
    /// <param name="layerType">The key of these settings inside rope_parameters, for models that have several.</param>
    /// <param name="scaled">False where rope_scaling does not apply to this embedding.</param>
    /// <param name="partial">True for a family that rotates only part of each head.</param>
    public static RopeConfig Read(
        JsonConfig json, string name, int headDim, double defaultTheta,
        string thetaKey = "rope_theta", string layerType = "full_attention", bool scaled = true, bool partial = false)
    {
        JsonConfig? parameters = json.Object("rope_parameters");
        if (parameters?.Object(layerType) is JsonConfig own)
            parameters = own;
        else if (!scaled)
            parameters = null;
        JsonConfig? scaling = parameters ?? (scaled ? json.Object("rope_scaling") : null);
        double theta = Setting("rope_theta").Positive(parameters?.Has("rope_theta") == true ? "rope_theta" : thetaKey, defaultTheta);
        double part = Setting("partial_rotary_factor").Positive("partial_rotary_factor", 1);
        if (part > 1 || (!partial && part != 1))
            throw Setting("partial_rotary_factor")
                .ErrorAt("partial_rotary_factor", partial ? "a number above 0, at most 1" : $"1 for model_type {json.Text("model_type")}");
        int rotary = (int)(headDim * part);
        if (rotary == 0 || rotary % 2 != 0)
            throw new ModelFileException(
                json.File, $"rotary width: found {rotary} channels per head (head_dim {headDim}), expected an even number above 0");
        RopeScaling change = scaling is JsonConfig s ? ReadScaling(json, s, theta) : new RopeScaling.Default();
        RopeConfig rope = new(name, theta, rotary, change);
        return RopeFrequencies.Inverse<float>(rope).All(float.IsFinite) && double.IsFinite(RopeFrequencies.AttentionScaling(rope)) ? rope
            : throw new ModelFileException(json.File, $"rope settings (base {theta}, {change}) give frequencies that are not finite");

        JsonConfig Setting(string key) => parameters?.Has(key) == true ? parameters.Value : json;
    }

    private static RopeScaling ReadScaling(JsonConfig json, JsonConfig scaling, double theta)
    {
        string key = scaling.Has("rope_type") || !scaling.Has("type") ? "rope_type" : "type";
        // Only rope_parameters may leave the type out.
        switch (scaling.Text(key, json.Has("rope_parameters") ? "default" : null))
        {
            case "default":
                return new RopeScaling.Default();
            case "linear":
                return new RopeScaling.Linear(scaling.Positive("factor"));
            case "llama3":
                RopeScaling.Llama3 llama3 = new(
                    scaling.Positive("factor"), scaling.Positive("low_freq_factor"), scaling.Positive("high_freq_factor"),
                    scaling.Integer("original_max_position_embeddings"));
                return llama3.HighFrequencyFactor > llama3.LowFrequencyFactor ? llama3
                    : throw scaling.ErrorAt("high_freq_factor", $"more than low_freq_factor {llama3.LowFrequencyFactor}");
            case "yarn":
                return ReadYarn(json, scaling, theta);
            default:
                throw scaling.ErrorAt(key, $"one of {Known}");
        }
    }

    private static RopeScaling.Yarn ReadYarn(JsonConfig json, JsonConfig scaling, double theta)
    {
        if (theta <= 1)
            throw new ModelFileException(json.File, $"'rope_theta': found {theta}, expected more than 1 for yarn");
        int original = scaling.Integer("original_max_position_embeddings", json.OptionalInteger("max_position_embeddings"));
        double factor = scaling.OptionalPositive("factor") ?? (double)json.Integer("max_position_embeddings") / original;
        double? attention = scaling.OptionalPositive("attention_factor");
        if (attention == null)
        {
            double mscale = scaling.Number("mscale", 0);
            double mscaleAll = scaling.Number("mscale_all_dim", 0);
            attention = mscale != 0 && mscaleAll != 0 ? Mscale(factor, mscale) / Mscale(factor, mscaleAll) : Mscale(factor, 1);
        }

        return new RopeScaling.Yarn(
            factor, attention.Value, scaling.Positive("beta_fast", 32), scaling.Positive("beta_slow", 1), original,
            scaling.Flag("truncate", true));

        static double Mscale(double factor, double weight) => factor <= 1 ? 1 : 0.1 * weight * Math.Log(factor) + 1;
    }
}
